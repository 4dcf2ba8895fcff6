import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import type { RouterPlugin } from '@moekit/core';
import { testRouter } from '@moekit/core/testing';
import type { Tensor1D } from '@tensorflow/tfjs';
import { mod } from '@tensorflow/tfjs';

import { frozenRandomRouter, hashRouter, oracleRouter, uniformRouter } from '../src/index.js';

const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'];
/** A router that never looks at the tokens themselves. */
const blind = {
  gateGradient: 'it has no weights',
  notANumber: 'it reads no token, so it finds no NaN in one',
};

testRouter(hashRouter, undefined, { backends, skip: blind });
testRouter(
  hashRouter,
  { k: 3, tableSize: 7 },
  { name: 'hash with k = 3 and a small table', skip: blind },
);
testRouter(
  hashRouter,
  { k: 2, weights: 'learned' },
  {
    name: 'hash with learned weights',
    backends,
    skip: { ties: 'the table chooses, not the logits' },
  },
);
testRouter(uniformRouter, undefined, {
  backends,
  permutationEquivariant: false,
  skip: { ...blind, sequences: 'a token is dealt experts by its number in the batch' },
});
testRouter(
  uniformRouter,
  { k: 4 },
  { name: 'uniform over all', permutationEquivariant: false, skip: blind },
);

const frozen = { gateGradient: 'its gate is frozen' };
testRouter(frozenRandomRouter, undefined, { backends, skip: frozen });
testRouter(
  frozenRandomRouter,
  { balance: 'quantile' },
  { name: 'frozen-random by quantiles', backends, skip: frozen },
);
testRouter(
  frozenRandomRouter,
  { k: 3, balance: 'none' },
  { name: 'frozen-random without balance', skip: frozen },
);

/** The oracle where each token's label is its id modulo 2. */
const labelled: RouterPlugin = {
  ...(oracleRouter as RouterPlugin),
  create: (spec, options) => {
    const oracle = (oracleRouter as RouterPlugin).create(spec, options);
    const labels = (ids: Tensor1D | undefined) => ids && { labels: mod<Tensor1D>(ids, 2) };
    return {
      ...oracle,
      route: (x, context) => oracle.route(x, { ...context, ...labels(context.tokenIds) }),
    };
  },
};
const labelChooses = { ties: 'the label chooses among the blocks' };
testRouter(labelled, { numLabels: 2 }, { name: 'oracle', backends, skip: labelChooses });
testRouter(
  labelled,
  { numLabels: 2, k: 2 },
  { name: 'oracle with k = 2 of 8 experts', numExperts: 8, skip: labelChooses },
);
