import { testRouter, useBackend } from '@moekit/core/testing';
import { expect, it } from 'vitest';

import { backends } from '../backends.js';
import { expertChoice } from '../routers/expert-choice.js';
import { hash } from '../routers/hash.js';
import { topTwo } from '../routers/top-two.js';

testRouter(topTwo, undefined, { backends });
testRouter(topTwo, { capacityFactor: 0.5 }, { name: 'top-two under pressure', numExperts: 8 });
testRouter(topTwo, undefined, { name: 'top-two of two', numExperts: 2, modelWidth: 3 });
testRouter(expertChoice, undefined, { backends });
testRouter(hash, undefined, {
  permutationEquivariant: true,
  skip: {
    gateGradient: 'it learns nothing',
    notANumber: 'it never looks at the tokens',
  },
});

it('skip refuses a name that is not a check', () => {
  const skip = { gradient: 'a typo' } as never;
  expect(() => testRouter(topTwo, undefined, { skip })).toThrow(/gradient.*options, shapes, probs/);
});

it('a backend that is not there is an error, never another backend', async () => {
  await expect(useBackend('webgl')).rejects.toThrow(/webgl is not available.*tfjs-backend-webgl/);
  await useBackend('cpu');
});
