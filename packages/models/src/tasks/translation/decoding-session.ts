import { createRng } from '@moekit/core';
import type { RotaryTables } from '@moekit/kernels/nn';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { dispose, gather, keep, slice, tensor1d, tidy } from '@tensorflow/tfjs-core';

import type { DecodingSession } from './contract.js';
import type { Memory } from './cross-attention.js';
import type { KeyValues } from '../../transformer/transformer.js';
import type { MemoryFrame } from './decoder-layer.js';
import type { Decoder } from './decoder.js';
import type { Encoded, SharedParts } from './encoder.js';

/** The parts that a session decodes with: the model's, and the encoded source. */
export interface SessionParts {
  readonly decoder: Decoder;
  readonly shared: SharedParts;
  readonly encoded: Encoded;
  readonly batchSize: number;
  /** The output projection: [R,D] -> [R,V]. */
  readonly project: (x: Tensor2D) => Tensor2D;
}

/** Decodes with a cache of keys and values; takes over nothing of `encoded`, which may be disposed afterwards. */
export function createSession({ encoded, batchSize, ...parts }: SessionParts): DecodingSession {
  const { decoder, shared, project } = parts;
  const memories = decoder.layers.map((layer) => layer.memory(encoded.output, batchSize));
  const mask = encoded.mask.clone();
  const kept = [mask, ...memories.flatMap(({ keys, values }) => [keys, values])].map(keep);
  let caches: KeyValues[] = memories.map(() => undefined);
  let position = 0;
  return {
    next: (tokens, parents) =>
      tidy(() => {
        const rotary = tablesAt(shared.rotary, position++);
        const before = parents ? reorder(caches, parents) : caches;
        const step = decodeStep(decoder, tokens, { shared, rotary, memories, mask, before });
        const replaced = caches;
        caches = step.caches;
        keepAll(caches);
        disposeAll(replaced);
        return project(decoder.normalise(step.output));
      }),
    dispose: () => {
      dispose(kept);
      disposeAll(caches);
    },
  };
}

interface StepParts {
  readonly shared: SharedParts;
  readonly rotary: RotaryTables;
  readonly memories: readonly Memory[];
  readonly mask: Tensor4D;
  readonly before: readonly KeyValues[];
}

function decodeStep(decoder: Decoder, tokens: Int32Array, parts: StepParts) {
  const { shared, rotary, memories, mask, before } = parts;
  const ids = tensor1d(tokens, 'int32');
  const everyToken = shared.everyToken(ids.size);
  const sequences = { batch: ids.size, length: 1 }; // a step has one token of each translation
  const noise = { training: false, dropFree: true, rng: createRng(0) };
  const context = { ...noise, tokenIds: ids, sequences };
  const caches: KeyValues[] = [];
  let x = shared.embed(ids); // [R,D]
  decoder.layers.forEach((layer, i) => {
    const cross: MemoryFrame = { memory: memories[i]!, mask };
    const step = layer.step(x, { cache: before[i], rotary, cross }, { everyToken, context });
    caches.push(step.cache);
    x = step.output;
  });
  return { output: x, caches };
}

/** One row of the rotary tables. */
function tablesAt({ cosines, sines, quarterTurn }: RotaryTables, position: number): RotaryTables {
  const row = (table: Tensor2D) => slice(table, [position, 0], [1, -1]);
  return { cosines: row(cosines), sines: row(sines), quarterTurn };
}

function reorder(caches: readonly KeyValues[], parents: Int32Array): KeyValues[] {
  const rows: Tensor1D = tensor1d(parents, 'int32');
  const of = (x: Tensor4D) => gather(x, rows);
  return caches.map((cache) => cache && { keys: of(cache.keys), values: of(cache.values) });
}

function tensorsOf(caches: readonly KeyValues[]): Tensor[] {
  return caches.flatMap((cache) => (cache ? [cache.keys, cache.values] : []));
}

function keepAll(caches: readonly KeyValues[]): void {
  tensorsOf(caches).forEach(keep);
}

function disposeAll(caches: readonly KeyValues[]): void {
  dispose(tensorsOf(caches));
}
