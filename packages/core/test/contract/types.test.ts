import { createRouter, defineRouter } from '@moekit/core';
import type { RouteContext, Router, RouterPlugin, Routing } from '@moekit/core';
import { kerasMoELayer } from '@moekit/core/keras';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { expectTypeOf, it } from 'vitest';
import { z } from 'zod';

/** Checked by `tsc -b`, which compiles this file: a wrong type here is an error of the build, nothing runs. */
const options = z.strictObject({ k: z.int().default(1), mode: z.enum(['a', 'b']).optional() });
declare const route: Router['route'];
declare const rest: Omit<Router, 'route'>;
const spec = { modelWidth: 4, numExperts: 2, seed: 1 };

it('a plug-in has the types of its schema, before and after defaults', () => {
  const plugin = defineRouter({
    name: 'typed',
    apiVersion: 1,
    options,
    create: (given, { k, mode }) => {
      expectTypeOf(given.modelWidth).toEqualTypeOf<number>();
      expectTypeOf(k).toEqualTypeOf<number>();
      expectTypeOf(mode).toEqualTypeOf<'a' | 'b' | undefined>();
      return { ...rest, route };
    },
  });
  type Input = { k?: number | undefined; mode?: 'a' | 'b' | undefined };
  expectTypeOf(plugin).toExtend<RouterPlugin<{ k: number }, Input>>();
  expectTypeOf(createRouter<{ k: number }, Input>)
    .parameter(2)
    .toEqualTypeOf<Input | undefined>();
  // any plug-in fits where nothing is known of its options: registries, files, checkpoints
  expectTypeOf(plugin).toExtend<RouterPlugin>();
  const unused = () => {
    createRouter(plugin, spec, { k: 2 });
    createRouter(plugin, spec);
    // @ts-expect-error an unknown option
    createRouter(plugin, spec, { kk: 2 });
    // @ts-expect-error an option of another type
    createRouter(plugin, spec, { k: 'two' });
    const sizes = { numExperts: 2, expertWidth: 4 };
    kerasMoELayer({ ...sizes, router: plugin, routerOptions: { mode: 'a' } });
    // @ts-expect-error a word that the option does not know
    kerasMoELayer({ ...sizes, router: plugin, routerOptions: { mode: 'c' } });
  };
  expectTypeOf(unused).toBeFunction();
});

it('a plug-in that returns the wrong thing does not compile', () => {
  expectTypeOf<Router['route']>().toEqualTypeOf<(x: Tensor2D, context: RouteContext) => Routing>();
  const named = { name: 'wrong', apiVersion: 1, options } as const;
  const unused = () => {
    const bare = (x: Tensor2D) => ({ logits: x });
    // @ts-expect-error a routing without masks and losses
    defineRouter({ ...named, create: () => ({ ...rest, route: bare }) });
    // @ts-expect-error a promise of a routing
    defineRouter({ ...named, create: () => ({ ...rest, route: async () => ({}) as Routing }) });
    // @ts-expect-error a router without its other members
    defineRouter({ ...named, create: () => ({ route }) });
    // @ts-expect-error another version of the contract
    defineRouter({ ...named, apiVersion: 2, create: () => ({ ...rest, route }) });
    // @ts-expect-error options that are no schema
    defineRouter({ ...named, options: { k: 1 }, create: () => ({ ...rest, route }) });
  };
  expectTypeOf(unused).toBeFunction();
});
