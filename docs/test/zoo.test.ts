import '@tensorflow/tfjs';
import { findExperiment, presetOf } from '@moekit/bench';
import { createRouter } from '@moekit/core';
import { builtInPlugins } from 'moekit';
import { expect, it } from 'vitest';

const zoo = presetOf(findExperiment('routers/zoo'), 'large');
const rows = zoo.routers!.map((row) => (typeof row === 'string' ? { router: row } : row));
const { routers } = builtInPlugins();

it('routers/zoo has one row for each router that is built in', () => {
  expect(rows.map(({ router }) => router).toSorted()).toEqual([...routers.keys()].toSorted());
});

it.each(rows)('$router of routers/zoo can be made, for two experts of 16', async (row) => {
  const plugin = await routers.get(row.router)!.load();
  if (plugin === null) return;
  const numExperts = row.experts?.numExperts ?? 8;
  const router = createRouter(plugin, { modelWidth: 8, numExperts, seed: 1 }, row.options);
  const { expertsPerToken } = router;
  router.dispose();
  if (expertsPerToken !== null) expect(expertsPerToken).toBe(numExperts === 8 ? 1 : 2);
});
