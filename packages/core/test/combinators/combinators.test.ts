import '@tensorflow/tfjs';
import {
  createRng,
  createRouter,
  defineRouter,
  normalArray,
  withCapacity,
  withJitter,
  withZLoss,
  wrapRouter,
} from '@moekit/core';
import type { Router, RouterPlugin } from '@moekit/core';
import { testRouter, useBackend } from '@moekit/core/testing';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import lossFree from '../../../../examples/router/bias-balanced.js';
import { topTwo } from '../routers/top-two.js';

const room = { capacityFactor: 1, evalCapacityFactor: 2, minCapacity: 1, slots: 2 };

/** A plug-in whose routers are wrapped. */
const wrapped = <Options, Input>(
  plugin: RouterPlugin<Options, Input>,
  name: string,
  wrap: (router: Router) => Router,
) => defineRouter({ ...plugin, name, create: (spec, o: Options) => wrap(plugin.create(spec, o)) });

/** A wrapped router keeps the whole contract, including state. */
describe('wrapped routers follow the contract', () => {
  testRouter(wrapped(lossFree, 'with-z-loss', (router) => withZLoss(router, 1e-3)));
  testRouter(wrapped(lossFree, 'with-capacity', (router) => withCapacity(router, room)));
  testRouter(wrapped(topTwo, 'with-jitter', (router) => withJitter(router, 0.1)), {}, { permutationEquivariant: false }); // prettier-ignore
});

describe('combinators', () => {
  const spec = { modelWidth: 4, numExperts: 4, seed: 1 };
  beforeAll(() => useBackend('cpu'));

  const route = (router: Router, training: boolean) =>
    router.route(tensor2d(normalArray(createRng(2), 48), [12, 4]), { training, rng: createRng(3) });

  it('an amount of 0 is the router itself', () => {
    const router = createRouter(topTwo, spec);
    expect(withJitter(router, 0)).toBe(router);
    expect(withZLoss(router, 0)).toBe(router);
    router.dispose();
  });

  it('jitter changes what a router sees in training, and nothing in evaluation', () => {
    const router = createRouter(topTwo, spec);
    const jittered = withJitter(router, 0.1);
    tidy(() => {
      const logits = (of: Router, training: boolean) => [...route(of, training).logits.dataSync()];
      expect(logits(jittered, false)).toEqual(logits(router, false));
      expect(logits(jittered, true)).not.toEqual(logits(router, true));
    });
    router.dispose();
  });

  it('a capacity drops pairs, keeps what was wanted, and is off where it is null', () => {
    const router = createRouter(lossFree, spec);
    const limited = withCapacity(router, { ...room, evalCapacityFactor: null });
    tidy(() => {
      const { dispatchMask, selectionMask, combineWeights, maxPairs, capacity } = route(
        limited,
        true,
      );
      const perExpert = [0, 1, 2, 3].map(
        (e) => [...dispatchMask.dataSync()].filter((v, i) => v === 1 && i % 4 === e).length,
      );
      expect(Math.max(...perExpert)).toBeLessThanOrEqual(6); // 12 tokens, 2 slots, 4 experts
      expect(maxPairs).toBe(24);
      expect(capacity).toBe(6); // the cost of padding to it is counted
      expect(selectionMask!.dataSync()).toEqual(route(router, true).dispatchMask.dataSync());
      combineWeights
        .dataSync()
        .forEach((w, i) => expect(w > 0).toBe(dispatchMask.dataSync()[i] === 1));
      expect(route(limited, false).selectionMask).toBeUndefined();
    });
    router.dispose();
  });

  it('a class is wrapped as well as a plain object', () => {
    const inner = createRouter(lossFree, spec);
    class Counting implements Router {
      readonly name = 'counting';
      readonly numExperts = 4;
      readonly causal = true;
      readonly expertsPerToken = 2;
      #steps = 0;
      route(...args: Parameters<Router['route']>) {
        return inner.route(...args);
      }
      flopsPerToken = () => this.#steps;
      afterStep() {
        this.#steps += 1;
      }
      variables() {
        return inner.variables();
      }
      dispose() {
        inner.dispose();
      }
    }
    const router = wrapRouter(new Counting(), inner.route);
    router.afterStep?.({} as never, {});
    expect([router.flopsPerToken(), router.variables().length]).toEqual([1, 2]);
    router.dispose();
  });
});
