import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startBackend } from '@moekit/backends';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { compare, registryOf } from '../src/index.js';
import { describeError } from '../src/trial/describe-error.js';

const wrong = fileURLToPath(new URL('plugins/wrong/', import.meta.url));
const none = registryOf([]);
const tiny = {
  model: { contextLength: 8, modelWidth: 8, numLayers: 2, numHeads: 2, feedForwardWidth: 16 },
  training: { steps: 1, batchSize: 1, evaluations: 1, evaluationBatches: 1, finalEvaluationBatches: 1 }, // prettier-ignore
  seeds: [1],
  backend: 'cpu' as const,
};

/** Kept as text, so that the compiler and the formatter leave their mistakes alone. */
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moekit-wrong-'));
  await copyFile(join(wrong, 'syntax-error.txt'), join(folder, 'syntax-error.ts'));
  await writeFile(join(folder, 'text.txt'), 'the quick brown fox jumps. '.repeat(200));
  await startBackend('cpu');
  await copyFile(join(wrong, 'missing-import.txt'), join(folder, 'missing-import.ts'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (routers: string[]) =>
  compare({ ...tiny, data: { source: join(folder, 'text.txt') }, routers }, none);

/** The complaint of a comparison about a router: the error that stops it, or that of the router's row. */
async function complaint(router: string): Promise<string> {
  const shown = (text: string) =>
    text.replaceAll(wrong, './').replaceAll(`${folder}/`, './').replaceAll(process.cwd(), 'CWD');
  try {
    const { rows } = await run([router]);
    const { code, message } = rows[0]!.errors[0]!;
    return shown(`in its row: ${code}: ${message}`);
  } catch (error) {
    const { code, message } = describeError(error);
    return shown(`before any training: ${code}: ${message}`);
  }
}

const inFile = (file: string) => (name: string) => [name, join(wrong, `${file}.ts#${name}`)];

const ways = [
  ['a file that is not there', join(wrong, 'nowhere.ts')],
  ...['text', 'factory', 'noMembers', 'noOptions', 'oldVersion'].map(inFile('members')),
  ...['silentSchema', 'throwingSchema'].map(inFile('members')),
  ['no default export', join(wrong, 'no-default.ts')],
  ['no such export', join(wrong, 'members.ts#text2')],
  ['an unknown option', `${join(wrong, 'behaviours.ts#right')}?kk=2`],
  ['an option out of range', `${join(wrong, 'behaviours.ts#right')}?k=many`],
  ...['createThrows', 'createsHalf', 'otherExperts', 'routeThrows'].map(inFile('behaviours')),
  ...['asynchronous', 'wrongShape', 'wrongType', 'noMask'].map(inFile('behaviours')),
  ...['softMask', 'nanWeights', 'outside', 'tooMany'].map(inFile('behaviours')),
  ...['badLoss', 'lossWithoutCoefficient', 'nanProbs', 'nanFlops'].map(inFile('behaviours')),
  ...['nanStatistic', 'statisticWithoutKind'].map(inFile('behaviours')),
] as [string, string][];

describe('a wrong plug-in is refused with the reason', () => {
  const said = new Map<string, string>();

  test.each(ways)('%s', async (name, router) => {
    const before = memory().numTensors;
    const text = await complaint(router);
    said.set(name, text);
    expect(text).toMatchSnapshot();
    // weights that create made and never handed over have no owner to dispose them
    const lost = ['createThrows', 'createsHalf'].includes(name) ? 1 : 0;
    expect(memory().numTensors).toBe(before + lost);
  });

  test('a syntax error', async () => {
    expect(await complaint(join(folder, 'syntax-error.ts'))).toMatchSnapshot();
  });

  test('an import of what is not installed', async () => {
    expect(await complaint(join(folder, 'missing-import.ts'))).toMatchSnapshot();
  });

  test('each in words of its own', () => {
    expect(said.size).toBe(ways.length);
    expect(new Set(said.values()).size).toBe(ways.length);
  });

  test('and is led to a heading that the guide has', async () => {
    const guide = await readFile(new URL('../../../docs/writing-a-router.md', import.meta.url), 'utf8'); // prettier-ignore
    const anchors = [...guide.matchAll(/^## (.+)$/gm)].map(([, heading]) =>
      heading!.toLowerCase().replaceAll(' ', '-').replace(/[?,]/g, ''),
    );
    const links = [...said.values()].flatMap((text) =>
      [...text.matchAll(/writing-a-router\.md#([\w-]+)/g)].map(([, anchor]) => anchor!),
    );
    expect(links.length).toBeGreaterThan(15);
    for (const link of links) expect(anchors).toContain(link);
  });

  test('but a right one trains next to them', async () => {
    const routers = ['routeThrows', 'right'].map((name) => join(wrong, `behaviours.ts#${name}`));
    const { rows } = await run(routers);
    expect(rows.map(({ errors, figures }) => [errors.length, figures !== null])).toEqual([
      [1, false],
      [0, true],
    ]);
  });
});
