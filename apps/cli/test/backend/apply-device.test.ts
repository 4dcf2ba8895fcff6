import { expect, test } from 'vitest';

import { applyDevice } from '../../src/commands/actions/apply-device.js';

test('the device and TF32 reach TensorFlow through the environment, and what is not asked for stays', () => {
  const env: NodeJS.ProcessEnv = { NVIDIA_TF32_OVERRIDE: '0' };
  applyDevice({ device: 1 }, env);
  expect(env).toEqual({ CUDA_VISIBLE_DEVICES: '1', NVIDIA_TF32_OVERRIDE: '0' });
  applyDevice({ tf32: true }, env);
  expect(env['NVIDIA_TF32_OVERRIDE']).toBe('1');
});
