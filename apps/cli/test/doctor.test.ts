import { expect, test } from 'vitest';

import { moekit } from './moekit.js';
import { expectToFit, WIDTHS } from './output/widths.js';

test('doctor tells what would be chosen, and why', async () => {
  const { code, stdout } = await moekit(['doctor']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/tensorflow[^]*webgpu[^]*wasm[^]*cpu/);
  expect(stdout).toMatch(/chosen: (tensorflow|wasm)/);
  expect(stdout).toMatch(
    /kernels on (tensorflow|wasm), for a layer of T=4096[^]*weight gradient: /,
  );
});

test.each(WIDTHS)('doctor fits %i columns', async (columns) => {
  const { stdout } = await moekit(['doctor'], { env: { COLUMNS: String(columns) } });
  expectToFit(stdout, columns);
});

test('doctor --json holds the same as data', async () => {
  const { stdout } = await moekit(['doctor', '--json']);
  const report = JSON.parse(stdout) as {
    chosen: { name: string };
    backends: { name: string; usable: boolean }[];
    attempts: { backend: string; works: boolean }[];
  };
  expect(report.backends.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'wasm', 'cpu']);
  for (const backend of ['wasm', 'cpu'])
    expect(report.attempts.find((one) => one.backend === backend)).toMatchObject({ works: true });
  for (const { usable, name } of report.backends) {
    const usual = report.attempts.find(({ backend }) => backend === name);
    expect(usable, name).toBe(usual?.works ?? false);
  }
  expect(report).toHaveProperty('versions.node', process.versions.node);
  expect(report).toHaveProperty('kernels.products.length', 3);
  expect(report).toHaveProperty('kernels.rows', 4096 * 8);
});

test('a machine without a Vulkan driver: WebGPU is not usable, and its search prints nothing', async () => {
  const env = { VK_ICD_FILENAMES: 'none.json' };
  const { code, stderr, stdout } = await moekit(['doctor'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/webgpu +yes +no +no GPU adapter: install your GPU’s Vulkan driver/);
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
