import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { runInProcess } from './in-process.js';
import { emptyFolder } from './moekit.js';

interface Listed {
  readonly name: string;
  readonly from: string;
  readonly summary: string;
  readonly reference: string;
  readonly options?: readonly Readonly<Record<string, unknown>>[] | null;
}

const json = async (...args: string[]) => {
  const { code, stdout } = await runInProcess(['routers', ...args, '--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout) as unknown;
};

test('routers lists every router once, with its package and a line that says what it decides', async () => {
  const listed = (await json()) as Listed[];
  const names = listed.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(listed[0]).toMatchObject({ name: 'dense', from: 'moekit' });
  expect(listed).toContainEqual({
    name: 'threshold',
    from: '@moekit/router-threshold',
    summary: expect.stringMatching(/probabilities reach t/) as string,
    reference: expect.stringContaining('2403.18926') as string,
  });
  const { stdout } = await runInProcess(['routers']);
  for (const { name, summary } of listed) {
    const lines = stdout.split('\n').filter((line) => line.trim().split(' ')[0] === name);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(summary);
  }
});

test('routers NAME prints each option with its default, what it accepts and what it is', async () => {
  const { options } = (await json('topk')) as Listed;
  expect(options).toContainEqual({
    name: 'k',
    default: 2,
    accepts: 'a whole number of at least 1',
    description: expect.stringMatching(/^Experts per token/) as string,
  });
  expect(options!.find(({ name }) => name === 'capacityFactor')).toMatchObject({
    default: null,
    accepts: 'a number above 0, or null',
  });
  const { stdout } = await runInProcess(['routers', 'topk']);
  expect(stdout).toMatch(/^topk\npackage {4}@moekit\/router-topk\ndecides .*\nreference .*2401/);
  expect(stdout).toMatch(/normalise .* true .* true or false/);
});

test('a default that the router computes is left out; words are listed', async () => {
  const { options } = (await json('gumbel-topk')) as Listed;
  expect(options!.find(({ name }) => name === 'capacityFactor')).not.toHaveProperty('default');
  const { options: own } = (await json('hash')) as Listed;
  expect(own!.find(({ name }) => name === 'weights')).toMatchObject({
    default: 'equal',
    accepts: "'equal', 'learned'",
  });
});

test("a file's router is described too, by the schema of whatever library it uses", async () => {
  const cwd = await emptyFolder();
  const plugin = (schema: string) => `export default {
    name: 'mine', apiVersion: 1, about: { summary: 'Mine', reference: 'me' }, create() {},
    options: { '~standard': { version: 1, vendor: 'other', validate: (value) => ({ value }), ${schema} } },
  };`;
  const properties = `{ p: { type: 'number', minimum: 0, exclusiveMaximum: 1, default: 0.5 } }`;
  await writeFile(
    join(cwd, 'a.mjs'),
    plugin(`jsonSchema: { input: () => ({ properties: ${properties} }) }`),
  );
  await writeFile(join(cwd, 'b.mjs'), plugin(''));
  const described = await runInProcess(['routers', './a.mjs', '--json'], { cwd });
  expect(JSON.parse(described.stdout)).toEqual({
    name: './a.mjs',
    from: './a.mjs',
    summary: 'Mine',
    reference: 'me',
    options: [
      { name: 'p', default: 0.5, accepts: 'a number of at least 0 and below 1', description: '' },
    ],
  });
  const silent = await runInProcess(['routers', './b.mjs'], { cwd });
  expect(silent.stdout).toMatch(/cannot be listed/);
});

test('an unknown name is refused with the nearest', async () => {
  const { code, stderr } = await runInProcess(['routers', 'treshold']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/CLI_ROUTER_UNKNOWN.*Did you mean threshold\?/);
});
