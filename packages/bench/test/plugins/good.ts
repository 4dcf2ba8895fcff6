import { defineRouter } from '@moekit/core';
import { z } from 'zod';

/** Only its shape is looked at. */
export default defineRouter({
  name: 'good',
  apiVersion: 1,
  options: z.strictObject({ k: z.int().min(1).default(1) }),
  create: () => {
    throw new Error('never built');
  },
});
