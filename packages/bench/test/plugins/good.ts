import { defineRouter, ROUTER_API_VERSION } from '@moekit/core';
import { z } from 'zod';

/** Only its shape is looked at. */
export default defineRouter({
  name: 'good',
  apiVersion: ROUTER_API_VERSION,
  options: z.strictObject({ k: z.int().min(1).default(1) }),
  create: () => {
    throw new Error('never built');
  },
});
