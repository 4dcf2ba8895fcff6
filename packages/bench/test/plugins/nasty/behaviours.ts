import { createGate, defineRouter, select, selectTopK } from '@moekit/core';
import { mul, softmax } from '@tensorflow/tfjs-core';
import { z } from 'zod';

type Hooks = Partial<Record<'create' | 'route' | 'afterStep' | 'dispose', () => void>>;

/** The best expert; the hooks are what a plug-in should not do. */
const nasty = (name: string, hooks: Hooks) =>
  defineRouter({
    name,
    apiVersion: 1,
    options: z.strictObject({}),
    create(spec) {
      hooks.create?.();
      const gate = createGate(spec);
      return {
        name,
        numExperts: spec.numExperts,
        causal: true,
        expertsPerToken: 1,
        route(x) {
          hooks.route?.();
          const logits = gate.logits(x);
          const probs = softmax(logits);
          const mask = select(logits, (s) => selectTopK(s, 1));
          return {
            combineWeights: mul(probs, mask),
            dispatchMask: mask,
            logits,
            probs,
            losses: [],
          };
        },
        afterStep: () => hooks.afterStep?.(),
        flopsPerToken: gate.flopsPerToken,
        variables: gate.variables,
        dispose: () => (hooks.dispose?.(), gate.dispose()),
      };
    },
  });

const forever = () => {
  for (;;);
};
const exit = () => process.exit(0);

export const right = nasty('right', {
  create: () => console.log('printed by a plug-in'),
  route: () => void process.stdout.write('written by a plug-in\n'),
});
export const exitsInCreate = nasty('exitsInCreate', { create: exit });
export const exitsInRoute = nasty('exitsInRoute', { route: exit });
export const exitsAfterStep = nasty('exitsAfterStep', { afterStep: exit });
export const hangs = nasty('hangs', { route: forever });
export const huge = nasty('huge', {
  route() {
    throw new Error('E'.repeat(5e6));
  },
});
export const throwsNull = nasty('throwsNull', {
  route() {
    throw null;
  },
});
export const rejects = nasty('rejects', { route: () => void Promise.reject(new Error('unheard')) });
export const speaks = nasty('speaks', { create: () => void process.send?.({ type: 'done' }) });
