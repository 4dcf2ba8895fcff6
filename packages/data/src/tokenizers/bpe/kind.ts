import type { TokenizerFile } from './file-schema.js';
import { notReproduced } from './file-schema.js';
import type { PatternName } from './patterns.js';

/** How a tokenizer treats a text before its merges: all that the two kinds that moekit reproduces differ in. */
export type Kind =
  | {
      readonly type: 'bytes';
      readonly nfc: boolean;
      readonly patterns: readonly PatternName[];
    }
  | {
      readonly type: 'fallback';
      /** Where a ▁ is put before a text that may have none. */
      readonly prefix: 'section' | 'always' | 'first' | 'never';
      readonly normalized: boolean;
      readonly splits: boolean;
    };

/** @throws DATA_TOKENIZER when parts do not go together */
export function kindOf(file: TokenizerFile, name: string): Kind {
  return file.decoder.type === 'ByteLevel' ? bytes(file, name) : fallback(file, name);
}

function bytes({ pre_tokenizer: before, normalizer, model }: TokenizerFile, name: string): Kind {
  const steps = before?.type === 'Sequence' ? before.pretokenizers : before ? [before] : [];
  if (steps.at(-1)?.type !== 'ByteLevel') {
    throw notReproduced(name, `a ByteLevel decoder without ByteLevel last in pre_tokenizer`);
  }
  if (model.byte_fallback) throw notReproduced(name, 'model.byte_fallback with ByteLevel');
  const steps2 = normalizer?.type === 'Sequence' ? normalizer.normalizers : [normalizer];
  if (steps2.some((step) => step && step.type !== 'NFC')) {
    throw notReproduced(name, `normalizer: other than NFC with ByteLevel`);
  }
  const patterns = steps.flatMap((step, i): PatternName[] => {
    if (step.type === 'Split') return [step.name];
    if (step.type === 'Digits') return [step.individual_digits ? 'digit' : 'digits'];
    if (step.type !== 'ByteLevel' || i < steps.length - 1) {
      throw notReproduced(name, `pre_tokenizer: ${step.type} before another`);
    }
    return step.use_regex ? ['gpt2'] : [];
  });
  if (!patterns.some((pattern) => !PARTIAL.has(pattern))) {
    throw notReproduced(name, 'pre_tokenizer: ByteLevel without a pattern that splits words');
  }
  return { type: 'bytes', nfc: steps2.some((step) => step), patterns };
}

/** Patterns that leave text between matches: another one must split it into words. */
const PARTIAL: ReadonlySet<PatternName> = new Set(['numbers', 'cjk', 'digit', 'digits']);

function fallback(
  { pre_tokenizer: before, normalizer, model, decoder }: TokenizerFile,
  name: string,
): Kind {
  if (!model.byte_fallback)
    throw notReproduced(name, 'a ByteFallback decoder without model.byte_fallback');
  if (model.ignore_merges)
    throw notReproduced(name, 'model.ignore_merges with model.byte_fallback');
  if (before && before.type !== 'Metaspace')
    throw notReproduced(name, `pre_tokenizer: ${before.type} with model.byte_fallback`);
  const steps =
    normalizer?.type === 'Sequence' ? normalizer.normalizers : normalizer ? [normalizer] : [];
  if (steps.some(({ type }) => type === 'NFC'))
    throw notReproduced(name, 'normalizer: NFC with model.byte_fallback');
  if (before ? steps.length > 0 : steps.length === 0)
    throw notReproduced(name, 'one of normalizer and pre_tokenizer must turn spaces into ▁');
  const prefix = before
    ? before.prepend_scheme
    : steps.some(({ type }) => type === 'Prepend')
      ? 'section'
      : 'never';
  const strips = decoder.type === 'Sequence' && decoder.decoders.length === 4;
  if (strips !== (prefix !== 'never'))
    throw notReproduced(name, 'decoder: a Strip where no ▁ is put first, or the other way round');
  return { type: 'fallback', prefix, normalized: !before, splits: before?.split ?? false };
}
