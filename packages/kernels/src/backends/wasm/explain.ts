import type { Explain } from '../contract/explanation.js';
import { oneWay } from '../contract/explanation.js';
import { bestBuild } from './module.js';
import { wasmThreads } from './register.js';

export const explainWasm: Explain = () =>
  oneWay(
    `SIMD tiles per expert, build ${bestBuild()}, threads: ${wasmThreads()}`,
    'a product costs no launch, so nothing is gained by batching and nothing is padded',
  );
