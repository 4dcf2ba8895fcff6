import * as core from '@moekit/core';
import * as di from '@moekit/core/di';
import * as kernels from '@moekit/kernels';
import * as nn from '@moekit/kernels/nn';
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { container } from 'tsyringe';

import { topTwo } from './routers/top-two.js';

await tf.setBackend('cpu');
const spec = { modelWidth: 4, numExperts: 3, seed: 2 };
const rng = core.createRng(1);
const context = { training: false, rng };
const router = core.createRouter(topTwo, spec);
const experts = new core.FeedForwardExperts({ ...spec, expertWidth: 5 });
const x = tf.randomNormal<tf.Rank.R2>([6, 4], 0, 1, 'float32', 1);
const logits = tf.randomNormal<tf.Rank.R2>([6, 3], 0, 1, 'float32', 2);
const mask = tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1], [6, 3]);
const tokenMask = core.createTokenMask(new Float32Array(6).fill(1));
const routing = core.routeWith(router, x, context);
const stats = core.decodeRoutingStats(core.encodeRoutingStats(routing).dataSync());
const plan = kernels.dispatchPlan(mask);
const rows = kernels.dispatch(x, plan);
const limits = { capacityFactor: 1, evalCapacityFactor: 1, minCapacity: 1 };
const weights = tf.ones<tf.Rank.R3>([3, 4, 2]);
const vector = (n: number): Tensor1D => tf.ones([n]);
const kerasArgs = { router: topTwo, numExperts: 3, expertWidth: 5 };
const naive = { activation: 'relu' as const, experts: [{ input: [[1]], output: [[1]] }] };
const decision = { dispatchMask: [[1]], combineWeights: [[1]] };
const tables = nn.rotaryTables(2, 2);
const shape = { batchSize: 1, length: 2, numHeads: 2, headWidth: 2 };
const projected = tf.ones<tf.Rank.R2>([2, 12]);
const step = { beta1: 0.9, beta2: 0.9, epsilon: 1, stepSize: 1, secondCorrection: 1, decay: 1, gradientScale: 1 }; // prettier-ignore
const state = { weight: x, first: x, second: x };

const run = di.createRunContainer(container);
di.bind(run, di.tokens.rng, () => rng);
di.bind(run, di.tokens.router, () => router);
di.bind(run, di.tokens.experts, () => experts);

/** Arguments that each public function takes; every one of them is replaced by a wrong one in turn. */
export const calls: Readonly<Record<string, readonly unknown[]>> = {
  // core
  FeedForwardExperts: [{ ...spec, expertWidth: 5 }],
  MoELayer: [{ router, experts }],
  assertCausal: [router, true],
  assertFinite: [logits, 'Logits'],
  assertPlugin: [topTwo, 'A plug-in'],
  assertRoutingValues: [routing, router],
  assignmentFractions: [mask, 'token', tokenMask],
  balanceLosses: [routing.probs, mask, { coefficient: 1 }],
  createBalance: [3, { coefficient: 1, scope: 'batch', window: 2 }],
  encodeStatistics: [routing],
  joinStatistics: [[]],
  encodeLabels: [routing, tf.zeros([6], 'int32'), 2],
  labelInformation: [[[1, 2]]],
  utilisation: [stats, 0.5],
  clearPadding: [x, tokenMask],
  countTokens: [6, tokenMask],
  createGate: [spec, { bias: true }],
  createRng: [1],
  createRouter: [topTwo, spec, {}],
  createTokenMask: [new Float32Array([1, 0])],
  decodeRoutingStats: [new Float32Array(15)],
  defineRouter: [topTwo],
  encodeRoutingStats: [routing, tokenMask],
  expertCapacity: [6, 3, limits],
  gatedRouter: [spec, { name: 'mine', expertsPerToken: 1, gates: [], route: () => routing }],
  loadBalancingLoss: [routing.probs, vector(3), {}],
  mapRoutingFigures: [() => 1],
  maskTokens: [mask, tokenMask],
  gumbelArray: [rng, 3],
  normalArray: [rng, 3, 1],
  parameter: [new Float32Array(4), [2, 2], true],
  parseOptions: [topTwo.options, {}, 'router mine'],
  routeWith: [router, x, context],
  select: [logits, (z: Tensor2D) => core.selectTopK(z, 1)],
  selectedSoftmax: [logits, mask],
  squaredCoefficientOfVariation: [vector(3), 'population'],
  stepCapacity: [logits, limits, context, {}],
  sumRoutingStats: [[stats]],
  summariseRouting: [stats],
  tidyRouting: [() => routing],
  tokenMean: [x, tokenMask],
  totalRouterLoss: [routing.losses],
  normalNoise: [rng, [3], 1],
  uniformArray: [rng, 3, 0, 1],
  uniformNoise: [rng, [3], 0, 1],
  unknownOption: [{}],
  withCapacity: [router, limits],
  withJitter: [router, 0.1],
  withZLoss: [router, 0.1],
  withinCapacity: [mask, logits, 1, 'rank-then-arrival'],
  wrapRouter: [router, () => routing],
  zLoss: [logits, tokenMask],
  zLosses: [logits, 1, tokenMask],
  // core/keras
  afterEachStep: [tf.sequential()],
  kerasMoELayer: [kerasArgs],
  registerKerasRouters: [[topTwo]],
  // core/options
  choice: [['a', 'b'], 'a', 'one of them'],
  numberIn: [{ min: 0 }],
  optionsOf: [{}],
  wordOf: [['a', 'b']],
  // core/pieces
  aboveCuts: [logits, vector(3)],
  assertGroups: [{ groups: 1, keptGroups: 1, groupScore: 'best' }, 3],
  assignNumbers: [tf.variable(tf.zeros([2])), [1, 2]],
  createController: [{ initial: 0, min: 0, max: 1, proportional: 1, integral: 1, error: () => 1 }],
  createCosineGate: [spec, {}],
  createLoadSpread: [3, { name: 'load', coefficient: 1, scope: 'batch', window: 2, variance: 'sample' }],
  createNumbers: [[1, 2]],
  createExpertCuts: [3, { expertsPerToken: 1, decay: 0 }],
  createQuantileBias: [3, { k: 1, decay: 0, bins: 0 }],
  balanceOf: [3, { balanceCoefficient: 1, balanceScope: 'batch', balanceWindow: 2 }],
  createSignBias: [3, 0.1],
  distributionOf: [routing.probs],
  entropyLosses: [routing.probs, 1, tokenMask],
  normalisedWeights: [routing.probs, mask],
  numbersOf: [tf.variable(tf.zeros([2]))],
  prefixMass: [logits, 0.5],
  routingOf: [{ choices: 1, weights: mask, selected: mask, dispatched: mask, logits, probs: routing.probs, losses: [] }],
  scaledWeights: [mask, 2],
  scoresOf: [logits, 'sigmoid'],
  serve: [mask, logits, 1, 'arrival', 3],
  topExperts: [logits, 1],
  withinGroups: [logits, { groups: 3, keptGroups: 1, groupScore: 'best' }],
  // core/testing
  naiveLayer: [naive, [[1]], decision],
  naiveLayerGradients: [naive, [[1]], decision, [[1]]],
  // core/di
  bind: [run, di.tokens.rng, () => rng],
  createRunContainer: [container],
  createToken: ['mine'],
  resolveBinding: [run, di.tokens.rng],
  resolveBindings: [run, di.tokens.rng],
  resolveLayer: [run],
  resolveOptional: [run, di.tokens.rng],
  // kernels
  combine: [rows, mask, plan],
  densePlan: [6],
  describeValue: [1],
  dispatch: [x, plan],
  dispatchPlan: [mask, {}],
  expertRows: [tf.ones([3, 4]), plan],
  explainPlan: [plan, { modelWidth: 4, expertWidth: 5 }],
  groupedLinear: [rows, weights, tf.ones([3, 2]), plan, {}],
  groupedMatMul: [rows, weights, plan],
  isLiveTensor: [x],
  isMoekitError: [x],
  limitCapacity: [mask, logits, { capacity: 1, priority: 'rank-then-arrival' }],
  filled: [[2, 2], (values: Float32Array) => values.fill(1)],
  selectOnHost: [logits, (scores: Float32Array) => scores],
  selectThreshold: [logits, 0.5],
  selectTopK: [logits, 1],
  stopGradient: [x],
  // kernels/nn
  adamWSteps: [[state], [x], [step]],
  attend: [[tf.ones([1, 2, 2, 2]), tf.ones([1, 2, 2, 2]), tf.ones([1, 2, 2, 2])], tf.zeros([2, 2])],
  crossEntropy: [logits, tf.zeros([6], 'int32')],
  embed: [x, tf.zeros([2], 'int32')],
  globalNorm: [[x, logits]],
  product: [x, tf.ones([4, 2]), {}],
  rmsNorm: [x, vector(4)],
  rotaryTables: [2, 2, 1],
  splitHeads: [projected, tables, shape],
}; // prettier-ignore

/** Functions that are not called here, with the reason. */
export const apart: Readonly<Record<string, string>> = {
  MoekitError: 'made by `errorsOf`, whose types check it',
  errorsOf: 'called once per package, with a table of codes',
  findMisfit: 'called with kinds that the code spells out',
  inHostMemory: 'no argument',
  assertKinds: 'for checks: called with kinds that the code spells out',
  describeIssues: 'for messages: called with the issues that a schema found',
  joinErrors: 'for messages: called with errors that were thrown',
  nearest: 'for messages: called with names that a package owns',
  pathText: 'for messages: called with the path of an issue',
  plansOnDevice: 'no argument',
  registerKernels: 'no argument',
  registerTrainingKernels: 'no argument',
  watchDevice: 'no argument',
  useWebGpu: 'no argument',
  testRouter: 'registers tests, which vitest refuses inside one',
  useBackend: 'for test files: throws a plain Error, as documented',
  ...Object.fromEntries(
    [
      ...[
        'amount',
        'balanceOptions',
        'capacityOptions',
        'coefficient',
        'factorOrNull',
        'flag',
        'minCapacity',
      ],
      ...['option', 'optional', 'probability', 'share', 'whole', 'wholeFrom'],
    ].map((name) => [name, 'hands its arguments to zod, which checks what it parses']),
  ),
};
