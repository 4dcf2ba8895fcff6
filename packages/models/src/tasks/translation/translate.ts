import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  expandDims,
  logSumExp,
  slice,
  sub,
  tensor1d,
  tidy,
  topk,
} from '@tensorflow/tfjs-core';

import type { ForwardOptions } from '../../contract.js';
import { MASKED } from '../../transformer/transformer.js';
import { sourceBatch } from './batches.js';
import type { Hypothesis, NextTokens } from './beam-search.js';
import { beamSearch } from './beam-search.js';
import type { TranslationModel } from './contract.js';
import { END, PAD, START } from './pairs.js';

export interface DecodingOptions extends Pick<ForwardOptions, 'dropFree'> {
  /** Beams of a sentence; 1 is greedy. */
  readonly beamSize: number;
  /** See BeamOptions. */
  readonly lengthPenalty: number;
  /** Rows (sentences times beams) decoded at once. Default 256. */
  readonly rows?: number;
}

/** Translations may be this much longer than their source, as in XMoE's evaluation (fairseq's max-len-a and -b). */
const LONGER = { times: 1.2, plus: 10 };

/**
 * Translates sentences by beam search, those of about one length together.
 * @param sources ids without an end      @returns the translations of each sentence in the order given, best first
 */
export async function translate(
  model: TranslationModel,
  sources: readonly Int32Array[],
  { beamSize, lengthPenalty, rows = 256, dropFree }: DecodingOptions,
): Promise<Hypothesis[][]> {
  const byLength = [...sources.keys()].sort(
    (a, b) => sources[a]!.length - sources[b]!.length || a - b,
  );
  const size = Math.max(1, Math.floor(rows / beamSize));
  const translations: Hypothesis[][] = new Array(sources.length);
  for (let at = 0; at < byLength.length; at += size) {
    const group = byLength.slice(at, at + size);
    const options = { beamSize, lengthPenalty, ...(dropFree === undefined ? {} : { dropFree }) };
    const found = await decodeGroup(
      model,
      group.map((i) => sources[i]!),
      options,
    );
    group.forEach((i, g) => (translations[i] = found[g]!));
  }
  return translations;
}

async function decodeGroup(
  model: TranslationModel,
  sources: readonly Int32Array[],
  { beamSize, lengthPenalty, ...options }: Omit<DecodingOptions, 'rows'>,
): Promise<Hypothesis[][]> {
  const { maxLength, vocabSize } = model.config;
  const session = model.startDecoding(sourceBatch(sources), options);
  const limit = ({ length }: Int32Array) =>
    Math.min(maxLength, Math.floor(LONGER.times * length + LONGER.plus));
  const width = Math.min(beamSize + 1, vocabSize);
  try {
    return await beamSearch(
      async (tokens, parents) => {
        const best = tidy(() => bestTokens(session.next(tokens, parents), width));
        return readBest(best, width);
      },
      { beamSize, lengthPenalty, maxLengths: sources.map(limit), start: START, end: END },
    );
  } finally {
    session.dispose();
  }
}

/** Most probable tokens of each row, padding and start never among them. */
function bestTokens(logits: Tensor2D, width: number) {
  const [, vocabSize] = logits.shape;
  const never = new Float32Array(vocabSize);
  never[PAD] = never[START] = MASKED;
  const allowed = add<Tensor2D>(logits, tensor1d(never)); // [R,V]
  const normaliser = expandDims(logSumExp(allowed, 1) as Tensor1D, 1); // [R,1]
  const { values, indices } = topk(allowed, width);
  return {
    ids: indices,
    logProbs: sub(values, normaliser), // [R,width]
    endLogProbs: sub(slice(allowed, [0, END], [-1, 1]), normaliser), // [R,1]
  };
}

async function readBest(
  { ids, logProbs, endLogProbs }: ReturnType<typeof bestTokens>,
  width: number,
): Promise<NextTokens> {
  const read = {
    width,
    ids: await ids.data(),
    logProbs: await logProbs.data(),
    endLogProbs: await endLogProbs.data(),
  };
  for (const tensor of [ids, logProbs, endLogProbs]) tensor.dispose();
  return read;
}
