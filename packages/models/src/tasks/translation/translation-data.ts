import { createHash } from 'node:crypto';

import type { ParallelCorpus, Tokenizer } from '@moekit/data';
import { huggingFaceTokenizer, numberWords } from '@moekit/data';
import type { Languages } from '@moekit/data/node';
import { readParallelText, trainedBpe } from '@moekit/data/node';

import { fail } from '../../errors.js';
import type { TaskData } from '../../task.js';
import { blindReference } from './blind-reference.js';
import type { TokenPair } from './pairs.js';
import { SPECIAL_TOKENS, encodePairs, usablePairs } from './pairs.js';

/** Test sentences with what a translation is compared to. */
export interface TestSet {
  readonly sources: readonly Int32Array[];
  /** As text. */
  readonly sourceTexts: readonly string[];
  readonly references: readonly string[];
}

export interface TranslationData extends TaskData {
  readonly tokenizer: Tokenizer;
  readonly train: readonly TokenPair[];
  readonly validation: readonly TokenPair[];
  readonly test: TestSet;
}

export interface TranslationDataOptions extends Languages {
  /** `number-words` (synthetic), a folder, or the common stem of two files. */
  readonly source: string;
  /** Of the joint BPE, special tokens included. */
  readonly vocabSize: number;
  /** Longer sentences are left out of training and validation, and cut in the test. */
  readonly maxLength: number;
}

/** A corpus as ids, with a joint BPE trained on its training split alone. @throws see readParallelText */
export async function loadTranslationData(
  options: TranslationDataOptions,
): Promise<TranslationData> {
  const { source, vocabSize, maxLength } = options;
  const corpus =
    source === 'number-words' ? numberWords() : await readParallelText(source, options);
  const texts = [...corpus.train.source, ...corpus.train.target];
  const json = await trainedBpe(texts, { vocabSize, specialTokens: SPECIAL_TOKENS });
  // a sentence that spells "</s>" does not end there
  const tokenizer = huggingFaceTokenizer({ ...json, added_tokens: [] }, `bpe-${vocabSize}`);
  const encode = (text: string) => tokenizer.encode(Buffer.from(text));
  const train = usablePairs(encodePairs(corpus.train, encode), maxLength);
  const validation = usablePairs(encodePairs(corpus.validation, encode), maxLength);
  assertPairs({ train, validation }, source, maxLength);
  const sources = corpus.test.source.map((text) => encode(text.trim()).subarray(0, maxLength - 1));
  const test = { sources, sourceTexts: corpus.test.source, references: corpus.test.target };
  return {
    tokenizer,
    train,
    validation,
    test,
    description: describe(corpus, options, { train, validation, tokenizer }),
    // counted where it is asked for: a trial has no use for it
    get reference() {
      return { name: 'blind', metrics: blindReference({ train, validation }, tokenizer.vocabSize) };
    },
  };
}

function describe(
  corpus: ParallelCorpus,
  { from, to, vocabSize, maxLength }: TranslationDataOptions,
  found: Pick<TranslationData, 'train' | 'validation' | 'tokenizer'>,
) {
  const { name, attribution, train, validation, test } = corpus;
  const hash = createHash('sha256').update(JSON.stringify([vocabSize, maxLength]));
  for (const { source, target } of [train, validation, test]) {
    hash.update(JSON.stringify([source, target]));
  }
  const details = {
    languages: `${from} to ${to}`,
    tokenizer: `joint byte-level BPE of ${found.tokenizer.vocabSize} tokens`,
    trainPairs: found.train.length,
    validationPairs: found.validation.length,
    testPairs: test.source.length,
  };
  return { name, attribution, hash: hash.digest('hex'), details };
}

function assertPairs(
  splits: Readonly<Record<string, readonly TokenPair[]>>,
  source: string,
  maxLength: number,
): void {
  for (const [split, pairs] of Object.entries(splits)) {
    if (pairs.length > 0) continue;
    throw fail('DATA_SHORT', {
      asked: `The ${split} split must have pairs of sentences shorter than maxLength = ${maxLength} tokens`,
      got: `none in ${source}`,
      fix: 'Raise model.maxLength, or use other data.',
    });
  }
}
