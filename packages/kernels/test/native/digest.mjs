// Prints a digest of what every native operation computes. usage: node digest.mjs BACKEND_DIR (threads by environment)
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

const require = createRequire(import.meta.url);
const dir = process.argv[2];
const tf = require(join(dir, 'node_modules/@tensorflow/tfjs-node-gpu'));
require(join(dir, 'native/moekit.node'));

const backend = tf.backend();
const { binding } = backend;
const [T, E, A, B] = [301, 9, 70, 133]; // more rows than a block, sizes that fit no tile
const rowsOf = Array.from({ length: E }, (_, e) => (e === 4 ? 0 : Math.ceil(700 / (e + 1)))); // Zipf, one idle
const offsets = rowsOf.reduce((sums, rows) => [...sums, sums.at(-1) + rows], [0]);
const S = offsets[E];
const tokens = Array.from({ length: S }, (_, s) => (s * 37) % T);
const experts = rowsOf.flatMap((rows, e) => Array(rows).fill(e));
const tokenRows = Array.from(tokens.keys()).sort((a, b) => tokens[a] - tokens[b] || a - b);
const tokenOffsets = Array.from({ length: T + 1 }, (_, t) => tokens.filter((u) => u < t).length);

const floats = (shape) => {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898) * 2);
  return binding.createTensor(shape, binding.TF_FLOAT, values);
};
const ints = (values) =>
  binding.createTensor(
    [values.length],
    binding.TF_INT64,
    Int32Array.from(values.flatMap((v) => [v, 0])),
  );
const none = binding.createTensor([0], binding.TF_FLOAT, new Float32Array(0));
const [x, w, bias, y, dy] = [
  [T, A],
  [E, A, B],
  [E, B],
  [S, B],
  [T, B],
].map(floats);
const weights = floats([T, E]);
const [rows, bounds] = [ints(tokens), ints(offsets)];
const byToken = [ints(tokenOffsets), ints(tokenRows), ints(experts)];
const product = (transposed, activation) => [
  { name: 'transposed', type: binding.TF_ATTR_BOOL, value: transposed },
  { name: 'activation', type: binding.TF_ATTR_INT, value: activation },
];
const unlimited = [{ name: 'capacity', type: binding.TF_ATTR_FLOAT, value: -1 }];
const count = [{ name: 'num_experts', type: binding.TF_ATTR_INT, value: E }];

const epsilon = [{ name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: 1e-5 }];
const layout = (a, b) => [
  { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: a },
  { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: b },
];
const gain = floats([A]);
const positive = binding.createTensor(
  [E, A, B],
  binding.TF_FLOAT,
  new Float32Array(E * A * B).fill(1),
);
const ones = binding.createTensor([T, A], binding.TF_FLOAT, new Float32Array(T * A).fill(1));
const two = [{ name: 'N', type: binding.TF_ATTR_INT, value: 2 }];
const heads = [
  { name: 'heads', type: binding.TF_ATTR_INT, value: 3 },
  { name: 'length', type: binding.TF_ATTR_INT, value: 7 },
];
const [projected, tables, head] = [
  floats([5 * 7, 3 * 3 * 8]),
  floats([7, 8]),
  floats([5, 3, 7, 8]),
];

const targets = binding.createTensor(
  [T],
  binding.TF_INT32,
  Int32Array.from({ length: T }, (_, t) => (t * 31) % A),
);

const calls = [
  ['MoekitGroupedProduct', product(false, 1), [x, w, bias, rows, bounds]],
  ['MoekitGroupedProduct', product(true, 0), [y, w, none, ints([]), bounds]],
  ['MoekitGroupedOuter', [], [x, y, rows, bounds]],
  ['MoekitExpertSum', [], [y, bounds]],
  ['MoekitCombine', [], [y, weights, ...byToken]],
  ['MoekitSpread', [], [dy, weights, ...byToken]],
  ['MoekitPairDots', count, [y, dy, ...byToken]],
  ['MoekitMatMul', layout(false, true), [head, head]],
  ['MoekitMatMul', layout(true, false), [head, head]],
  ['MoekitNorm', two, [w, y]],
  ['MoekitRmsNorm', epsilon, [x, gain]],
  ['MoekitRmsNormGradient', epsilon, [floats([T, A]), x, gain]],
  ['MoekitAdamW', two, [w, x, w, x, positive, ones, w, x, floats([2, 7])]],
  ['MoekitSplitHeads', heads, [projected, tables, tables]],
  ['MoekitJoinHeads', [], [head, head, head, tables, tables]],
  ['MoekitAttend', [], [head, head, head, floats([7, 7])]],
  ['MoekitAttendGradient', [], [floats([5 * 7, 3 * 8]), head, head, head, floats([5, 3, 7, 7])]],
  ['MoekitCrossEntropy', [], [x, targets]],
  ['MoekitAdd', [], [w, positive]],
  ['MoekitRoutingStats', unlimited, [weights, weights, none, none, none, none, none, none]],
  ['MoekitZLoss', [], [weights, none]],
  [
    'MoekitBalanceLoss',
    [{ name: 'scale', type: binding.TF_ATTR_FLOAT, value: 2 }],
    [weights, floats([E]), none],
  ],
];
const outputs = {
  ...{ MoekitRmsNormGradient: 2, MoekitAdamW: 6, MoekitSplitHeads: 3 },
  ...{ MoekitAttend: 2, MoekitAttendGradient: 3, MoekitCrossEntropy: 2 },
  ...{ MoekitZLoss: 2, MoekitBalanceLoss: 2 },
};
const hash = createHash('sha256');
for (const [name, attributes, inputs] of calls) {
  for (const { id } of binding.executeOp(name, attributes, inputs, outputs[name] ?? 1)) {
    hash.update(Buffer.from(binding.tensorDataSync(id).buffer));
  }
}
process.stdout.write(hash.digest('hex'));
