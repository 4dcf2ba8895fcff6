import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { testRouter } from '@moekit/core/testing';

import { adaMoERouter, longcatRouter, moePlusPlusRouter, nullExpertRouter } from '../src/index.js';

const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'];
const suite = (name: string) => ({ name: `null-expert, ${name}`, numExperts: 8, backends });

testRouter(nullExpertRouter, undefined, { backends });
testRouter(nullExpertRouter, { kind: 'copy' }, suite('copy'));
testRouter(nullExpertRouter, { kind: 'copy', gateNorm: 'none' }, suite('copy, raw weights'));
testRouter(nullExpertRouter, { gateNorm: 'none', fraction: 'token' }, suite('raw weights'));
testRouter(nullExpertRouter, { gateNorm: 'all', zLossOver: 'raw' }, suite('all slots'));
testRouter(nullExpertRouter, { density: 1, kMax: 2 }, suite('no null slots'));
testRouter(nullExpertRouter, { nullCopies: 24, kMax: 8, nullBias: false }, suite('every expert'));
testRouter(nullExpertRouter, { balanceScope: 'window' }, suite('balance of a window'));

const of = (name: string) => ({ name, numExperts: 8, backends });
testRouter(longcatRouter, undefined, { backends });
testRouter(longcatRouter, { k: 5, zeroExperts: 3, expertsPerToken: 4 }, of('longcat, few zeros'));
testRouter(longcatRouter, { k: 2, zeroExperts: 0, gateBias: true }, of('longcat, no zeros'));
testRouter(adaMoERouter, undefined, { backends });
testRouter(adaMoERouter, { k: 3, nullExperts: 16, kind: 'copy' }, of('adamoe, copies'));
testRouter(moePlusPlusRouter, undefined, { backends });
testRouter(
  moePlusPlusRouter,
  { k: 3, normalise: true, evalCapacityFactor: 1, capacityFactor: null, minCapacity: 1 },
  of('moe-plus-plus, released weights'),
);
testRouter(
  moePlusPlusRouter,
  { k: 1, copyExperts: 0, constantExperts: 0, tau: 0.25, balanceScope: 'batch' },
  of('moe-plus-plus, zero experts alone'),
);
