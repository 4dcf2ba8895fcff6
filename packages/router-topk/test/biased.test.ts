import type { RouterPlugin, RoutingStats } from '@moekit/core';
import { createRouter } from '@moekit/core';
import { sum, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import {
  deepseekV2Router,
  deepseekV3Router,
  deepseekV4Router,
  lossFreeRouter,
  quantileBalancedRouter,
} from '../src/index.js';
import { ranked, softmax } from './reference/basics.js';
import {
  describeOnBackends,
  evaluation,
  expectClose,
  matrix,
  padding,
  randomLogits,
  training,
} from './support.js';

/** A gate of ones on the diagonal: tokens are their own logits. */
function routerOf(
  plugin: RouterPlugin,
  experts: number,
  options: object,
  bias?: readonly number[],
) {
  const router = createRouter(
    plugin,
    { modelWidth: experts, numExperts: experts, seed: 1 },
    options,
  );
  const [gate, state] = router.variables();
  tidy(() => {
    const diagonal = Array.from({ length: experts ** 2 }, (_, i) => +(i % (experts + 1) === 0));
    gate!.assign(tensor(diagonal, gate!.shape));
    if (bias) state!.assign(tensor([...bias], state!.shape));
  });
  return router;
}

const scoreOf = {
  softmax,
  sigmoid: (z: readonly number[]) => z.map((v) => 1 / (1 + Math.exp(-v))),
  'sqrt-softplus': (z: readonly number[]) => z.map((v) => Math.sqrt(Math.log1p(Math.exp(v)))),
};

interface Rule {
  readonly score: keyof typeof scoreOf;
  readonly k: number;
  readonly groups: number;
  readonly keptGroups: number;
  readonly best: number;
  readonly normalise: boolean;
  readonly scale: number;
}

/** One token in plain numbers: groups by the sum of their `best` highest, then the k highest of s + b among them. */
function weightsOf(z: readonly number[], b: readonly number[], rule: Rule): number[] {
  const s = scoreOf[rule.score](z);
  const c = s.map((v, e) => v + b[e]!);
  const size = z.length / rule.groups;
  const worth = Array.from(
    { length: rule.groups },
    (_, g) =>
    c.slice(g * size, (g + 1) * size).toSorted((x, y) => y - x).slice(0, rule.best).reduce((x, y) => x + y), // prettier-ignore
  );
  const open = ranked(worth).slice(0, rule.keptGroups);
  const chosen = ranked(c.map((v, e) => (open.includes(Math.floor(e / size)) ? v : -Infinity))).slice(0, rule.k); // prettier-ignore
  const total = rule.normalise ? chosen.reduce((t, e) => t + s[e]!, 0) : 1;
  return z.map((_, e) => (chosen.includes(e) ? (rule.scale * s[e]!) / total : 0));
}

const bias = [0.3, -0.2, 0.1, 0, -0.4, 0.2, 0.05, -0.1];
const none = bias.map(() => 0);
const cases: [name: string, plugin: RouterPlugin, options: object, b: number[], rule: Rule][] = [
  ['deepseek-v2', deepseekV2Router, { k: 3, groups: 4, keptGroups: 2 }, none, { score: 'softmax', k: 3, groups: 4, keptGroups: 2, best: 1, normalise: false, scale: 16 }],
  ['deepseek-v3', deepseekV3Router, { k: 3, groups: 2, keptGroups: 1 }, bias, { score: 'sigmoid', k: 3, groups: 2, keptGroups: 1, best: 2, normalise: true, scale: 2.5 }],
  ['deepseek-v4', deepseekV4Router, { k: 3 }, bias, { score: 'sqrt-softplus', k: 3, groups: 1, keptGroups: 1, best: 2, normalise: true, scale: 1.5 }],
  ['loss-free', lossFreeRouter, {}, bias, { score: 'sigmoid', k: 2, groups: 1, keptGroups: 1, best: 1, normalise: false, scale: 1 }],
  ['loss-free, softmax', lossFreeRouter, { score: 'softmax' }, bias, { score: 'softmax', k: 2, groups: 1, keptGroups: 1, best: 1, normalise: false, scale: 1 }],
  ['quantile-balanced', quantileBalancedRouter, { k: 3, scale: 2 }, bias, { score: 'sigmoid', k: 3, groups: 1, keptGroups: 1, best: 1, normalise: true, scale: 2 }],
]; // prettier-ignore

const stats = (tokensPerExpert: number[]) => ({ tokens: 1, tokensPerExpert }) as unknown as RoutingStats; // prettier-ignore

describeOnBackends('routers with a selection bias', () => {
  it.each(cases.map(([name, ...parts]) => ({ name, parts })))(
    '$name is its equation in plain numbers, and the bias is in no weight',
    ({ parts: [plugin, options, b, rule] }) =>
      tidy(() => {
        const logits = randomLogits(40, 8, 3);
        const router = routerOf(plugin, 8, options, b === none ? undefined : b);
        const { combineWeights, probs } = router.route(matrix(logits), evaluation());
        expectClose(
          combineWeights,
          logits.map((z) => weightsOf(z, b, rule)),
          { relative: 1e-5, absolute: 1e-6 },
        );
        expectClose(
          sum(probs, 1),
          logits.map(() => 1),
        );
        router.dispose();
      }),
  );

  it.each([deepseekV3Router, deepseekV4Router, lossFreeRouter])(
    '$name moves its bias by the rate towards experts that got less than the mean',
    (plugin) => {
      const router = routerOf(plugin, 4, { biasRate: 0.5, k: 1, ...(plugin === deepseekV3Router && { groups: 1, keptGroups: 1 }) }); // prettier-ignore
      router.afterStep!(stats([5, 1, 2, 0]), {});
      expect([...router.variables()[1]!.dataSync()]).toEqual([-0.5, 0.5, 0, 0.5]);
      router.dispose();
    },
  );

  it('the loss of deepseek-v3 is that of each sequence, over the highest scores without the bias', () =>
    tidy(() => {
      const logits = randomLogits(12, 8, 5);
      const mask = [1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1];
      const options = { k: 2, groups: 2, keptGroups: 1 };
      const router = routerOf(deepseekV3Router, 8, options, bias);
      const context = training({ tokenMask: padding(...mask), sequences: { batch: 2, length: 6 } });
      const [loss] = router.route(matrix(logits), context).losses;
      const ofSequence = (rows: readonly (readonly number[])[]) => {
        const shares = rows.map((z) => {
          const s = scoreOf.sigmoid(z);
          return s.map((v) => v / s.reduce((x, y) => x + y));
        });
        const counts = bias.map((_, e) => rows.filter((z) => ranked([...z]).slice(0, 2).includes(e)).length); // prettier-ignore
        // f = E / (k T) count, P the mean share   (2412.19437 eq. 18-20)
        return counts.reduce((total, n, e) => {
          const mean = shares.reduce((t, row) => t + row[e]!, 0) / rows.length;
          return total + ((8 * n) / (2 * rows.length)) * mean;
        }, 0);
      };
      const sequences = [logits.slice(0, 4), logits.slice(6)];
      const expected = sequences.map(ofSequence).reduce((a, b) => a + b) / 2;
      expect(loss).toMatchObject({ name: 'load-balancing', coefficient: 0.0001, atBalance: 1 });
      expectClose(loss!.value, [expected]);
      router.dispose();
    }));

  it('quantile-balanced uses the bias of a batch in the next one, and hands out figures in training alone', () =>
    tidy(() => {
      const x = matrix([[9, 5], [8, 7], [7, 2], [6, 4.5]].map((row) => row.map((s) => Math.log(s / (10 - s))))); // prettier-ignore
      const router = routerOf(quantileBalancedRouter, 2, { k: 1, bins: 0 });
      const load = () => [...sum(router.route(x, evaluation()).dispatchMask, 0).dataSync()];
      expect(router.route(x, evaluation()).statistics ?? {}).toEqual({});
      expect(load()).toEqual([4, 0]);
      const { statistics } = router.route(x, training());
      const cuts = [...statistics!['cuts']!.values.dataSync()];
      expectClose(cuts, [-0.275, 0], { absolute: 1e-6 }); // of margins .4 .1 .5 .15, and of four zeros
      router.afterStep!({ ...stats([4, 0]), tokens: 4 }, { cuts });
      expect(load()).toEqual([2, 2]);
      router.dispose();
    }));

  it('quantile-balanced is balanced within 16 steps at 64 experts, where a sign bias is far from it', () => {
    const [experts, tokens, k, steps] = [64, 1024, 4, 16];
    // the last experts have a head start, as in a router that collapses
    const batches = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) =>
      randomLogits(tokens, experts, seed).map((row) => row.map((z, e) => z + (3 * e) / experts)),
    );
    const violation = (plugin: RouterPlugin, options: object) => {
      const router = routerOf(plugin, experts, { k, ...options });
      const load = new Float64Array(experts); // of the last eight steps
      for (let step = 0; step < steps; step++) {
        tidy(() => {
          const routing = router.route(matrix(batches[step % 8]!), training());
          const counts = [...sum(routing.dispatchMask, 0).dataSync()];
          if (step >= steps - 8) counts.forEach((n, e) => (load[e]! += n));
          const read = Object.entries(routing.statistics ?? {}).map(([name, { values }]) => [
            name,
            [...values.dataSync()],
          ]);
          router.afterStep!({ ...stats(counts), tokens }, Object.fromEntries(read) as never);
        });
      }
      router.dispose();
      return Math.max(...load) / ((8 * tokens * k) / experts) - 1;
    };
    expect(violation(quantileBalancedRouter, {})).toBeLessThan(0.1);
    expect(violation(quantileBalancedRouter, { bins: 0, decay: 0.5 })).toBeLessThan(0.1);
    expect(violation(lossFreeRouter, {})).toBeGreaterThan(1);
  });
});
