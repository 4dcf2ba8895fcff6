import type { Backend } from './backend.js';

const RANK = 40;

/** Plain JavaScript, which TensorFlow.js always brings. */
export const cpu: Backend<'cpu'> = {
  name: 'cpu',
  find: () => ({
    found: true,
    usable: true,
    module: null,
    reason: 'plain JavaScript, slow: the reference',
    howToGet: '',
    rank: RANK,
  }),
};
