import { z } from 'zod';

import { fail } from '../../errors.js';
import { knownPattern } from './patterns.js';

const byteLevel = z.strictObject({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.boolean(),
  trim_offsets: z.boolean(),
  use_regex: z.boolean().default(true),
});
const plainByteLevel = byteLevel.extend({ add_prefix_space: z.literal(false) });
const split = z
  .strictObject({
    type: z.literal('Split'),
    pattern: z.strictObject({
      Regex: z.string().refine((source) => knownPattern(source) !== undefined, {
        message: 'a pattern that moekit does not know',
      }),
    }),
    behavior: z.literal('Isolated'),
    invert: z.literal(false),
  })
  .transform(({ type, pattern }) => ({ type, name: knownPattern(pattern.Regex)! }));
const digits = z.strictObject({ type: z.literal('Digits'), individual_digits: z.boolean() });
const metaspace = z.strictObject({
  type: z.literal('Metaspace'),
  replacement: z.literal('▁'),
  prepend_scheme: z.literal(['always', 'first', 'never']),
  split: z.boolean(),
});
const step = z.discriminatedUnion('type', [plainByteLevel, split, digits]);
const steps = z.strictObject({
  type: z.literal('Sequence'),
  pretokenizers: z.array(step).min(1).max(16),
});
const preTokenizer = z.discriminatedUnion('type', [
  plainByteLevel,
  split,
  digits,
  metaspace,
  steps,
]);

const nfc = z.strictObject({ type: z.literal('NFC') });
const prepend = z.strictObject({ type: z.literal('Prepend'), prepend: z.literal('▁') });
const replace = z.strictObject({
  type: z.literal('Replace'),
  pattern: z.strictObject({ String: z.literal(' ') }),
  content: z.literal('▁'),
});
const normalizer = z.discriminatedUnion('type', [
  nfc,
  replace,
  z.strictObject({
    type: z.literal('Sequence'),
    normalizers: z.union([z.tuple([nfc]), z.tuple([prepend, replace]), z.tuple([])]),
  }),
]);

const fallbackDecoder = z.strictObject({
  type: z.literal('Sequence'),
  decoders: z.union([
    z.tuple([
      z.strictObject({
        type: z.literal('Replace'),
        pattern: z.strictObject({ String: z.literal('▁') }),
        content: z.literal(' '),
      }),
      z.strictObject({ type: z.literal('ByteFallback') }),
      z.strictObject({ type: z.literal('Fuse') }),
      z.strictObject({
        type: z.literal('Strip'),
        content: z.literal(' '),
        start: z.literal(1),
        stop: z.literal(0),
      }),
    ]),
    z.tuple([
      z.strictObject({
        type: z.literal('Replace'),
        pattern: z.strictObject({ String: z.literal('▁') }),
        content: z.literal(' '),
      }),
      z.strictObject({ type: z.literal('ByteFallback') }),
      z.strictObject({ type: z.literal('Fuse') }),
    ]),
  ]),
});

/** Adds special tokens alone, or moves offsets: moekit asks for neither. */
const postProcessor = z.looseObject({
  type: z.literal([
    'ByteLevel',
    'TemplateProcessing',
    'BertProcessing',
    'RobertaProcessing',
    'Sequence',
  ]),
});

const off = z.literal(false);
const addedToken = z.strictObject({
  id: z.int().min(0),
  // a text may nearly hold it at every place
  content: z.string().min(1).max(256),
  special: z.boolean(),
  single_word: off,
  lstrip: off,
  rstrip: off,
  normalized: z.boolean(),
});

const none = z.literal(['', null]).optional();
const model = z.strictObject({
  type: z.literal('BPE').optional(),
  dropout: z.null().optional(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: none,
  end_of_word_suffix: none,
  fuse_unk: z.boolean().default(false),
  byte_fallback: z.boolean().default(false),
  ignore_merges: z.boolean().default(false),
  // large: looked through by what makes tables of them
  vocab: z.custom<Readonly<Record<string, unknown>>>(isRecord, 'tokens with their ids'),
  merges: z.custom<readonly unknown[]>(Array.isArray, 'a list of merges'),
});

/** All that moekit reproduces of a tokenizer.json. Everything else is refused. */
const schema = z.strictObject({
  version: z.literal('1.0'),
  truncation: z.null().optional(),
  padding: z.null().optional(),
  added_tokens: z.array(addedToken).max(2 ** 16),
  normalizer: normalizer.nullable(),
  pre_tokenizer: preTokenizer.nullable(),
  post_processor: postProcessor.nullish(),
  decoder: z.union([byteLevel, fallbackDecoder]),
  model,
});

export type TokenizerFile = z.output<typeof schema>;

/** @throws DATA_TOKENIZER that names the part */
export function parseTokenizerFile(json: unknown, name: string): TokenizerFile {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue!.path.map(String);
  const place = path.join('.') || 'the file';
  throw notReproduced(name, `${place}: ${issue!.message}, got ${shown(valueAt(json, path))}`);
}

/** @param got the part, and what is wrong with it */
export function notReproduced(name: string, got: string) {
  return fail('DATA_TOKENIZER', {
    asked: `Tokenizer ${name.slice(0, 200)} must be a tokenizer.json of parts that moekit reproduces exactly`,
    got,
    fix: 'Use byte-level BPE (as of GPT-2, OLMoE, Llama 3, Qwen 2, gpt-oss, DeepSeek V3), BPE with byte fallback (Llama 2, Mixtral), or bpe:SIZE. docs/training.md lists the parts.',
  });
}

function valueAt(json: unknown, path: readonly string[]): unknown {
  let value = json;
  for (const key of path)
    value =
      isRecord(value) || Array.isArray(value)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined;
  return value;
}

function shown(value: unknown): string {
  if (isRecord(value)) return 'type' in value ? `{type: ${shown(value['type'])}}` : 'an object';
  if (Array.isArray(value)) return 'a list';
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
