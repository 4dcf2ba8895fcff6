import type { RouterPlugin } from '@moekit/core';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { registryOf } from '../src/plugins/registry.js';
import { layerTimeSchema } from '../src/timing/layer-time/settings.js';
import { timeLayers } from '../src/timing/layer-time/time-layers.js';
import { stateful } from './plugins/stateful.js';

const settings = layerTimeSchema.parse({
  tokens: 32,
  modelWidth: 8,
  expertWidth: 8,
  numExperts: 4,
  repeats: 2,
  warmUp: 1,
  settle: 6,
});

test('a router with state is moved before it is timed, and leaves nothing behind', async () => {
  const registry = registryOf([stateful as RouterPlugin]);
  const time = (steps: number) =>
    timeLayers([{ router: 'stateful', options: {} }], {
      registry,
      backend: 'cpu',
      settings: { ...settings, settle: steps },
    });
  await time(0);
  const before = memory().numTensors;
  const { rows } = await time(6);
  expect(rows.map(({ dropFree }) => dropFree)).toEqual([true, false]);
  // the first step sees all four experts of each token, and takes one of them away; so does the second
  expect(rows[0]!.expertsPerToken).toBe(1);
  expect((await time(1)).rows[0]!.expertsPerToken).toBe(3);
  expect((await time(0)).rows[0]!.expertsPerToken).toBe(4);
  expect(rows.every(({ machine }) => machine.milliseconds > 0)).toBe(true);
  expect(memory().numTensors).toBe(before);
});
