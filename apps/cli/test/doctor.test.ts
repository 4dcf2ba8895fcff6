import { expect, test } from 'vitest';

import { moekit } from './moekit.js';

test('doctor tells what would be chosen, and why', async () => {
  const { code, stdout } = await moekit(['doctor']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/tensorflow[^]*webgpu[^]*wasm[^]*cpu/);
  expect(stdout).toMatch(/chosen: (tensorflow|wasm)/);
  expect(stdout).toMatch(
    /kernels on (tensorflow|wasm), for a layer of T=4096[^]*weight gradient: /,
  );
});

test('doctor --json holds the same as data', async () => {
  const { stdout } = await moekit(['doctor', '--json']);
  const report = JSON.parse(stdout) as { chosen: { name: string }; backends: { name: string }[] };
  expect(report.backends.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'wasm', 'cpu']);
  expect(report).toHaveProperty('versions.node', process.versions.node);
  expect(report).toHaveProperty('kernels.products.length', 3);
  expect(report).toHaveProperty('kernels.rows', 4096 * 8);
});

test('a machine without a Vulkan driver: nothing of the search for one is printed', async () => {
  const { code, stderr } = await moekit(['doctor'], { env: { VK_ICD_FILENAMES: 'none.json' } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('layer-time: a lower threshold computes fewer experts', { timeout: 120_000 }, async () => {
  const sizes = ['--tokens', '64', '--model-width', '16', '--expert-width', '8', '--repeats', '2'];
  const routers = 'threshold?threshold=0.2,threshold?threshold=0.9';
  const args = ['layer-time', ...sizes, '--routers', routers, '--backend', 'cpu', '--json'];
  const { stdout } = await moekit(args);
  const { rows } = JSON.parse(stdout) as {
    rows: { dropFree: boolean; expertsPerToken: number; machine: { milliseconds: number } }[];
  };
  const [low, high] = rows.filter(({ dropFree }) => dropFree);
  expect(low!.expertsPerToken).toBeLessThan(high!.expertsPerToken);
  expect(rows.every(({ machine }) => machine.milliseconds > 0)).toBe(true);
});
