import type { RouteContext, Router, RouterPlugin, RouterSpec, Routing } from '@moekit/core';
import { defineRouter } from '@moekit/core';
import type { RouterCheckName } from '@moekit/core/testing';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import type { Subject } from '../../src/testing/subject.js';
import { topTwo } from '../routers/top-two.js';

export const spec: RouterSpec = { modelWidth: 16, numExperts: 4, seed: 3 };

export const subjectOf = <Options>(plugin: RouterPlugin<Options>, options?: unknown): Subject => ({
  plugin: plugin as RouterPlugin,
  options,
  spec,
});

/** The check that must catch it, what is wrong with it, the router, and what the message must say. */
export type BrokenCase = [
  check: RouterCheckName,
  broken: string,
  subject: Subject,
  message: RegExp,
];

type Route = (x: Tensor2D, context: RouteContext, routing: Routing) => Partial<Routing>;

/** top-two with some of its routing replaced. */
export const routing = (change: Route): Subject =>
  member((router) => ({
    route: (x, context) => {
      const routed = router.route(x, context);
      return { ...routed, ...change(x, context, routed) };
    },
  }));

/** top-two with some of its members replaced. */
export const member = (change: (router: Router, spec: RouterSpec) => Partial<Router>): Subject =>
  subjectOf(
    defineRouter({
      ...topTwo,
      create(given, options) {
        const router = topTwo.create(given, options);
        return { ...router, ...change(router, given) };
      },
    }),
  );
