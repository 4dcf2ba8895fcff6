// Layer against tfjs's own dense feed-forward at equal FLOPs, on the machine's WebGPU adapter, interleaved.
//   npm run build && node packages/kernels/bench/webgpu.mjs [T] [D] [repeats]
import console from 'node:console';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

import * as tf from '@tensorflow/tfjs';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
const gpu = create(['backend=vulkan']);
const adapter = await gpu.requestAdapter();
Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
await import('@tensorflow/tfjs-backend-webgpu');
tf.env().set('WEBGPU_CPU_FORWARD', false);
await tf.setBackend('webgpu');
const { combine, dispatch, dispatchPlan, expertRows, groupedMatMul } =
  await import('../dist/index.js');

const [tokens, width, repeats] = [128, 64, 9].map((n, i) => Number(process.argv[2 + i] ?? n));
const cases = [
  { experts: 4, hidden: 64, k: 2 },
  { experts: 16, hidden: 16, k: 8 },
  { experts: 16, hidden: 16, k: 8, zipf: true },
  { experts: 16, hidden: 16, k: 4 },
];

const normal = (...shape) => tf.randomNormal(shape, 0, 0.1, 'float32', 1);
const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

function routing({ experts, k, zipf }) {
  const mask = new Float32Array(tokens * experts);
  for (let t = 0; t < tokens; t++) {
    const scores = Array.from({ length: experts }, (_, e) => [
      Math.random() ** (zipf ? e + 1 : 1),
      e,
    ]);
    for (const [, e] of scores.sort((a, b) => b[0] - a[0]).slice(0, k)) mask[t * experts + e] = 1;
  }
  return tf.tensor2d(mask, [tokens, experts]);
}

function layer(shape) {
  const { experts, hidden, k } = shape;
  const mask = routing(shape);
  const weights = tf.mul(mask, 1 / k);
  const parameters = [
    normal(experts, width, hidden),
    normal(experts, hidden),
    normal(experts, hidden, width),
    normal(experts, width),
  ];
  const forward = (x, up, upBias, down, downBias) => {
    const plan = dispatchPlan(mask, { maxRows: tokens * k });
    const biased = (y, bias) => tf.add(y, expertRows(bias, plan));
    const active = tf.relu(biased(groupedMatMul(dispatch(x, plan), up, plan), upBias));
    return combine(biased(groupedMatMul(active, down, plan), downBias), weights, plan);
  };
  return { forward, parameters };
}

function dense({ hidden, k }) {
  const parameters = [
    normal(width, k * hidden),
    normal(1, k * hidden),
    normal(k * hidden, width),
    normal(1, width),
  ];
  const forward = (x, up, upBias, down, downBias) =>
    tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(x, up), upBias)), down), downBias);
  return { forward, parameters };
}

async function timed(compute) {
  const start = performance.now();
  const out = tf.tidy(compute);
  await (Array.isArray(out) ? out.at(-1) : out).data();
  tf.dispose(out);
  return performance.now() - start;
}

console.log(`adapter ${adapter.info.description || adapter.info.device}, T=${tokens} D=${width}`);
const x = normal(tokens, width);
for (const shape of cases) {
  const contenders = [layer(shape), dense(shape)].flatMap(({ forward, parameters }) => [
    () => forward(x, ...parameters),
    () => tf.grads((...inputs) => forward(...inputs).sum())([x, ...parameters]),
  ]);
  const times = contenders.map(() => []);
  for (let i = -2; i < repeats; i++) {
    for (const [c, compute] of contenders.entries()) {
      const ms = await timed(compute);
      if (i >= 0) times[c].push(ms);
    }
  }
  const [forward, both, denseForward, denseBoth] = times.map(median);
  console.log(
    JSON.stringify({
      ...shape,
      layerMs: forward.toFixed(1),
      denseMs: denseForward.toFixed(1),
      forwardRatio: (denseForward / forward).toFixed(2),
      layerBothMs: both.toFixed(1),
      denseBothMs: denseBoth.toFixed(1),
      bothRatio: (denseBoth / both).toFixed(2),
    }),
  );
}
process.exit(0);
