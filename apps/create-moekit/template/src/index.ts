import { defineRouter } from '@moekit/core';

import { routerOptions } from './options.js';
import { createMyRouter } from './router.js';

export type { RouterOptions } from './options.js';

/** The plug-in: what `moekit bench --router` loads and `createRouter` takes. */
export default defineRouter({
  name: 'my-router',
  apiVersion: 1,
  options: routerOptions,
  create: createMyRouter,
});
