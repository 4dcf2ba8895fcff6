import '@tensorflow/tfjs';

import { testRouter } from '@moekit/core/testing';

import biasBalanced from './bias-balanced.js';
import expertChoice from './expert-choice.js';
import fairSequences from './fair-sequences.js';
import seqTopK from './seq-top-k.js';

testRouter(biasBalanced, { k: 2 });
testRouter(expertChoice, { capacityFactor: 1.5 });
// A token's experts depend on the tokens before it, so that another order is another decision.
testRouter(fairSequences, {}, { permutationEquivariant: false });
testRouter(seqTopK, { online: true }, { permutationEquivariant: false });
