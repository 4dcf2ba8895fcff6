import { createHash } from 'node:crypto';

import type { RouteContext, RouterPlugin, Routing } from '@moekit/core';
import {
  createRng,
  createRouter,
  createTokenMask,
  normalArray,
  totalRouterLoss,
} from '@moekit/core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { add, grad, mul, sum, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';

const [TOKENS, WIDTH, EXPERTS] = [48, 8, 8];

/** The trace of one run: a hash of its float32 bytes, and figures that show where two runs part. */
export interface Remembered {
  readonly hash: string;
  readonly pairs: number;
  readonly weight: number;
  readonly losses: readonly number[];
}

/** Multiples of 2^-6 and small: products of two are summed without rounding, in whatever order a backend adds. */
const coarse = (label: string, size: number, scale: number) =>
  normalArray(createRng(5).fork(label), size).map((v) => Math.round(v * scale * 64) / 64);

/** Weights, masks, scores, losses and the gradient of all of them with respect to x, for fixed weights and tokens. */
export function remember(
  plugin: RouterPlugin,
  options: object,
  mode: Partial<RouteContext>,
): Remembered {
  const made: Remembered[] = [];
  tidy(() => {
    const spec = { modelWidth: WIDTH, numExperts: EXPERTS, seed: 3 };
    const router = createRouter(plugin, spec, options);
    const drawn = router.variables().map((v) => v.dataSync<'float32'>().slice());
    router.variables().forEach((v, i) => {
      if (v.trainable) v.assign(tensor(coarse(`weights ${i}`, v.size, 0.5), v.shape));
    });
    const x = tensor2d(coarse('x', TOKENS * WIDTH, 1), [TOKENS, WIDTH]);
    const tokenMask = createTokenMask(
      Float32Array.from({ length: TOKENS }, (_, t) => +(t % 7 > 0)),
    );
    const context = (): RouteContext => ({
      training: false,
      rng: createRng(9),
      tokenMask,
      ...mode,
    });
    const routing = router.route(x, context());
    const towards = tensor2d(coarse('towards', TOKENS * EXPERTS, 1), [TOKENS, EXPERTS]);
    const objective = (input: Tensor2D) => {
      const { combineWeights, losses } = router.route(input, context());
      return add(sum(mul(combineWeights, towards)), totalRouterLoss(losses));
    };
    const gradient = grad(objective as (x: Tensor) => Tensor)(x);
    const remembered = summary(routing, [...drawn, gradient.dataSync<'float32'>()]);
    router.dispose();
    made.push(remembered);
  });
  return made[0]!;
}

function summary(routing: Routing, others: readonly Float32Array[]): Remembered {
  const { combineWeights, dispatchMask, selectionMask, logits, probs, zeroCompute, losses } =
    routing;
  const members = [combineWeights, dispatchMask, selectionMask ?? dispatchMask, logits, probs];
  const zero = [zeroCompute?.mass, zeroCompute?.slots, zeroCompute?.copyWeight];
  const read = (t: Tensor | undefined) => t?.dataSync<'float32'>() ?? new Float32Array(0);
  const values = losses.map(({ value }) => read(value));
  const arrays = [...[...members, ...zero].map(read), ...values, ...others];
  const text = JSON.stringify([
    losses.map(({ name, coefficient, atBalance }) => [name, coefficient, atBalance]),
    [routing.capacity ?? null, routing.maxPairs ?? null],
  ]);
  const hash = arrays.reduce(
    (sha, a) => sha.update(new Uint8Array(a.buffer, a.byteOffset, a.byteLength)).update(';'),
    createHash('sha256').update(text),
  );
  const total = (t: Tensor) => read(t).reduce((all, v) => all + v, 0);
  return {
    hash: hash.digest('base64').slice(0, 16),
    pairs: total(dispatchMask),
    weight: total(combineWeights),
    losses: values.map(([value]) => value!),
  };
}
