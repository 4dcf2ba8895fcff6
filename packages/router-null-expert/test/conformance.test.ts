import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { testRouter } from '@moekit/core/testing';

import { nullExpertRouter } from '../src/index.js';

const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'];
const suite = (name: string) => ({ name: `null-expert, ${name}`, numExperts: 8, backends });

testRouter(nullExpertRouter, undefined, { backends });
testRouter(nullExpertRouter, { kind: 'copy' }, suite('copy'));
testRouter(nullExpertRouter, { kind: 'copy', gateNorm: 'none' }, suite('copy, raw weights'));
testRouter(nullExpertRouter, { gateNorm: 'none', fraction: 'token' }, suite('raw weights'));
testRouter(nullExpertRouter, { gateNorm: 'all', zLossOver: 'raw' }, suite('all slots'));
testRouter(nullExpertRouter, { density: 1, kMax: 2 }, suite('no null slots'));
testRouter(nullExpertRouter, { nullCopies: 24, kMax: 8, nullBias: false }, suite('every expert'));
testRouter(nullExpertRouter, { balanceScope: 'global' }, suite('global balance'));
