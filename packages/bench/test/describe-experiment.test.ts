import { readdirSync, readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { describeExperiment, namedExperiments, parseResults } from '../src/index.js';

const folder = new URL('../../../docs/results/', import.meta.url);

test('the time of a large preset is that of the results in docs', () => {
  const measured = readdirSync(folder)
    .filter((file) => file.endsWith('-large.json'))
    .map((file) => parseResults(readFileSync(new URL(file, folder), 'utf8')))
    .map(({ manifest, machine }) => [manifest.experiment.name, Math.round(machine.seconds)]);
  const said = namedExperiments()
    .map(describeExperiment)
    .map(({ name, presets }) => [name, presets[1]!.seconds]);
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(measured));
});

test('a preset in plain values: its rows with their labels and options, its steps and seeds', () => {
  const zoo = namedExperiments().find(({ name }) => name === 'routers/zoo')!;
  const { presets, task } = describeExperiment(zoo);
  expect(task).toBe('lm');
  expect(presets.map(({ name }) => name)).toEqual(['quick', 'large']);
  expect(presets[1]!.rows.length).toBeGreaterThan(presets[0]!.rows.length);
  expect(presets[0]!.rows[0]).toEqual({ label: 'dense', router: 'dense', options: '' });
  for (const { steps, seeds } of presets) expect(Math.min(steps, seeds)).toBeGreaterThan(0);
});
