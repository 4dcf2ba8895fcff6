import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { testRouter } from '@moekit/core/testing';

import { blockFfnRouter, remoeRouter } from '../src/index.js';

const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'];
const capped = (name: string) => ({ name: `${name}, at most 3`, numExperts: 8, backends });

testRouter(remoeRouter, undefined, { backends });
testRouter(remoeRouter, { startCoefficient: 0.1, maxExperts: 3 }, capped('remoe'));
testRouter(blockFfnRouter, undefined, { backends });
testRouter(
  blockFfnRouter,
  { maxExperts: 3, expertsPerToken: 1.5 },
  { ...capped('block-ffn'), skip: { losses: 'no pool of tokens opens eight gates evenly' } },
);

const single = (name: string) => ({
  name: `${name}, one expert`,
  numExperts: 1,
  skip: { options: 'the default aims at two experts' },
});
testRouter(remoeRouter, { expertsPerToken: 1 }, single('remoe'));
testRouter(blockFfnRouter, { expertsPerToken: 1 }, single('block-ffn'));
