import { checkCapacity } from './capacity.js';
import { checkCausality } from './causality.js';
import type { RouterCheck } from './check.js';
import { checkDeterminism } from './determinism.js';
import { checkExtremes } from './extremes.js';
import { checkGateGradient, checkInputGradient } from './gradients.js';
import { checkLabels } from './labels.js';
import { checkLeaks } from './leaks.js';
import { checkLosses } from './losses.js';
import { checkMasks } from './masks.js';
import { checkMicroBatches } from './micro-batches.js';
import { checkNotANumber } from './not-a-number.js';
import { checkOptions } from './options.js';
import { checkPadding } from './padding.js';
import { checkPermutation } from './permutation.js';
import { checkProbs } from './probs.js';
import { checkSequences } from './sequences.js';
import { checkShapes } from './shapes.js';
import { checkSingleToken } from './single-token.js';
import { checkState } from './state.js';
import { checkStatistics } from './statistics.js';
import { checkTies } from './ties.js';
import { checkTokenMask } from './token-mask.js';
import { checkWeights } from './weights.js';

/** The router contract as code, in the order in which a new router is best made to pass it. */
export const routerChecks = [
  {
    name: 'options',
    why: 'a misspelt option must not train for a day under a default',
    run: checkOptions,
  },
  {
    name: 'shapes',
    why: 'kernels, losses and reports read every member without asking again',
    run: checkShapes,
  },
  {
    name: 'probs',
    why: 'entropy and balance are read from them, for every token',
    run: checkProbs,
  },
  {
    name: 'masks',
    why: 'one constant 0/1 decision feeds dispatch, losses and metrics',
    run: checkMasks,
  },
  {
    name: 'weights',
    why: 'a weight without a computed row would be lost in silence',
    run: checkWeights,
  },
  {
    name: 'capacity',
    why: 'dropped pairs are counted as selected minus dispatched',
    run: checkCapacity,
  },
  {
    name: 'losses',
    why: 'coefficients of two routers compare only if their losses say how they scale',
    run: checkLosses,
  },
  {
    name: 'gateGradient',
    why: 'a router without a right gradient trains to noise',
    run: checkGateGradient,
  },
  {
    name: 'inputGradient',
    why: 'the layers below learn through the router too',
    run: checkInputGradient,
  },
  {
    name: 'determinism',
    why: 'a result that cannot be repeated cannot be compared',
    run: checkDeterminism,
  },
  {
    name: 'permutation',
    why: 'a token is routed by its content, not by its position',
    run: checkPermutation,
  },
  {
    name: 'causality',
    why: 'a language model that sees later tokens scores better than it is',
    run: checkCausality,
  },
  {
    name: 'sequences',
    why: 'sequences of a batch must not see one another',
    run: checkSequences,
  },
  {
    name: 'labels',
    why: 'a router that knows the domain of a token has the answer',
    run: checkLabels,
  },
  {
    name: 'tokenMask',
    why: 'padding must not take capacity or move a loss',
    run: checkTokenMask,
  },
  {
    name: 'padding',
    why: 'whatever padding holds, 0 times NaN is NaN',
    run: checkPadding,
  },
  {
    name: 'ties',
    why: 'equal logits must not be decided by the last bit of a backend',
    run: checkTies,
  },
  {
    name: 'extremes',
    why: 'one saturated token must not turn a model into NaN',
    run: checkExtremes,
  },
  {
    name: 'notANumber',
    why: 'a NaN is found where it starts, not ten steps later',
    run: checkNotANumber,
  },
  { name: 'singleToken', why: 'decoding routes one token at a time', run: checkSingleToken },
  { name: 'leaks', why: 'a tensor a step fills the memory overnight', run: checkLeaks },
  {
    name: 'state',
    why: 'two trials in one process must not share a router',
    run: checkState,
  },
  {
    name: 'statistics',
    why: 'micro-batches and hosts are joined by what a router says of them',
    run: checkStatistics,
  },
  {
    name: 'microBatches',
    why: 'a step in parts must leave the state of the step as a whole',
    run: checkMicroBatches,
  },
] as const satisfies readonly RouterCheck[];

export type RouterCheckName = (typeof routerChecks)[number]['name'];
