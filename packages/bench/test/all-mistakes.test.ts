import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { defineRouter, isMoekitError } from '@moekit/core';
import { optionsOf, whole } from '@moekit/core/options';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  applySettings,
  loadConfig,
  parseExperiment,
  parseSettings,
  readExperiment,
  readRunSpec,
  registryOf,
  setRun,
} from '../src/index.js';

const countOff = defineRouter({
  name: 'count-off',
  apiVersion: 1,
  options: optionsOf({ k: whole(1, 2, 'Experts of a token', 4) }),
  create: () => {
    throw new Error('no router is made of an experiment that is only read');
  },
});
const registry = registryOf([countOff]);

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'moekit-mistakes-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The lines of the error that an act ends in. */
async function linesOf(act: () => unknown): Promise<readonly string[]> {
  try {
    await act();
  } catch (error) {
    if (!isMoekitError(error)) throw error;
    return error.detail.mistakes ?? [error.message];
  }
  return [];
}

async function read(text: string, name = 'e.json') {
  await writeFile(join(folder, name), text);
  const { config, at } = await loadConfig(name, folder);
  return linesOf(() => readExperiment(config, { name: `Config ${name}`, at }, { registry }));
}

const wrong = `{
  "training": { "stepz": 20, "batchSize": 0 },
  "data": { "sorce": "registers" },
  "routers": [
    "dense",
    { "router": "count-off", "options": { "topK": 3, "k": "2" } },
    "count-off?kk=1",
    "count-off?k",
    { "router": "count-off", "data": { "maxBites": 1 }, "evaluateAs": [{ "label": "a", "options": { "k": 9 } }] }
  ],
  "seedz": [1]
}`;

describe('a file with many mistakes', () => {
  test('has a line for each, with its place and its path, from the top', async () => {
    const places = (await read(wrong)).map((line) => line.split(/ = |: /)[0]);
    expect(places).toEqual([
      'e.json:2:17 training.stepz',
      'e.json:2:30 training.batchSize',
      'e.json:3:13 data.sorce',
      'e.json:6:43 routers[1].options.topK',
      'e.json:6:54 routers[1].options.k',
      'e.json:7:5 routers[2].options.kk',
      'e.json:8:5 routers[3]',
      'e.json:9:101 routers[4].evaluateAs[0].options.k',
      'e.json:11:3 seedz',
    ]);
  });

  test('says what each key was meant to be', async () => {
    const lines = (await read(wrong)).join('\n');
    for (const meant of ['steps', 'source', 'seeds', 'k']) {
      expect(lines).toContain(`did you mean ${meant}?`);
    }
  });

  test('shows keys of one row that only its task knows', async () => {
    const row = '{ "router": "dense", "data": { "maxBites": 1, "sorce": "x" } }';
    expect(await read(`{ "routers": [${row}] }`)).toEqual([
      expect.stringMatching(/^e\.json:1:46 routers\[0\]\.data\.maxBites = 1: .*maxBytes\?/),
      expect.stringMatching(/^e\.json:1:61 routers\[0\]\.data\.sorce = "x": .*source\?/),
    ]);
  });

  test('in JavaScript has paths without places', async () => {
    const text =
      'export default { seedz: 1, routers: [{ router: "count-off", options: { kk: 1 } }] };';
    expect(await read(text, 'e.mjs')).toEqual([
      expect.stringMatching(/^seedz = 1: /),
      expect.stringMatching(/^routers\[0\]\.options\.kk = 1: /),
    ]);
  });

  test('that is right has none', async () => {
    const right = {
      routers: ['dense', 'count-off?k=3'],
      seeds: [1],
      data: { source: 'registers' },
    };
    expect(await read(JSON.stringify(right))).toEqual([]);
  });
});

test('one mistake is a sentence with its place', async () => {
  await writeFile(join(folder, 'one.json'), '{\n  "training": { "stepz": 1 }\n}');
  const { config, at } = await loadConfig('one.json', folder);
  expect(() => parseExperiment(config, { name: 'Config one.json', at })).toThrow(
    'got training.stepz = 1 (one.json:2:17). training.stepz: unknown option stepz;',
  );
});

test('what flags decide has no place in the file', async () => {
  const at = () => 'e.json:1:1';
  const input = { routers: ['count-off?kk=1'], seedz: 1 };
  const origin = { name: 'Config e.json', flags: ['routers'], at: (path: readonly PropertyKey[]) => (path[0] === 'seedz' ? at() : undefined) }; // prettier-ignore
  const lines = await linesOf(() => readExperiment(input, origin, { registry }));
  expect(lines).toEqual([
    expect.stringMatching(/^count-off\.kk = 1: /),
    expect.stringMatching(/^e\.json:1:1 seedz = 1: /),
  ]);
});

describe('several --set', () => {
  const texts = ['x', 'seed=1', 'seed=2', 'training.stepz=3', 'data.sorce=1', 'training.steps=1,2'];

  test('of a run are wrong together, with what they set', async () => {
    const lines = await linesOf(() => {
      const before: never[] = [];
      const chosen = setRun({}, parseSettings(texts, before), { errors: before });
      return readRunSpec(chosen, { name: 'the run' }, { registry, before });
    });
    expect(lines).toEqual([
      expect.stringContaining('got "x"'),
      expect.stringContaining('got seed twice'),
      expect.stringContaining('Did you mean training.steps?'),
      expect.stringContaining('got 1,2'),
      expect.stringMatching(/^data\.sorce = 1: .*source\?/),
    ]);
  });

  test('of a sweep are wrong together', async () => {
    const base = parseExperiment({});
    expect(
      await linesOf(() => applySettings(base, parseSettings(['training.stepz=1', 'modell.x=2']))),
    ).toHaveLength(2);
    expect(await linesOf(() => parseSettings(['x', 'y', 'seed=']))).toHaveLength(3);
  });
});
