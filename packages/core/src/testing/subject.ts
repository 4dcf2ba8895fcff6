import type { RouterPlugin } from '../contract/plugin.js';
import type { Router, RouterSpec } from '../contract/router.js';
import { createRouter } from '../contract/create-router.js';

/** The router under test: enough to build as many copies of it as a check needs. */
export interface Subject {
  readonly plugin: RouterPlugin;
  readonly options: unknown;
  readonly spec: RouterSpec;
}

/** Builds a router, lends it to `use`, disposes it whatever happens. */
export function withRouter<Result>(
  { plugin, spec, options }: Subject,
  use: (router: Router) => Result,
): Result {
  const router = createRouter(plugin, spec, options);
  try {
    return use(router);
  } finally {
    router.dispose();
  }
}
