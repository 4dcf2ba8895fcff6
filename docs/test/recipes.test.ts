import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'moekit-recipes-'));
const page = readFileSync(join(root, 'docs/recipes.md'), 'utf8').replaceAll(/^ {3}/gm, '');

const files = [...page.matchAll(/^```ts (\S+)\n([\s\S]*?)^```/gm)].map(([, name, code]) => ({
  name: name!,
  code: code!,
}));
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
  block!.trim().split('\n'),
);

/** Flags that make a command small enough for a test; the last of a flag counts. */
const SMALL: Readonly<Record<string, readonly string[]>> = {
  bench: ['--steps', '3', '--seeds', '1', '--backend', 'wasm'],
  train: ['--steps', '3', '--backend', 'wasm'],
  eval: ['--batches', '1', '--backend', 'wasm'],
  sweep: [
    ...['training.steps=3', 'training.finalEvaluationBatches=1', 'seeds=[1]'].flatMap((set) => ['--set', set]), // prettier-ignore
    ...['--backend', 'wasm'],
  ],
};

/** The sizes that bench has no flag for. */
const CONFIG = `
  const training = { batchSize: 2, evaluations: 1, evaluationBatches: 1, finalEvaluationBatches: 1 };
  export default { defaults: { bench: { training } } };
`;

const tools: Readonly<Record<string, string>> = {
  moekit: join(root, 'apps/cli/bin/moekit.js'),
  vitest: join(root, 'node_modules/vitest/vitest.mjs'),
};

/** The environment without what this vitest tells its workers. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$)/.test(name)),
);

/** Runs one line of the page. @returns all that it printed */
async function run(line: string): Promise<string> {
  const words = line.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''));
  const [npx, tool, verb, ...rest] = words;
  expect(npx).toBe('npx');
  const args = [tools[tool!]!, verb!, ...rest, ...(SMALL[verb!] ?? [])];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { ...env, NO_COLOR: '1', MOEKIT_HOME: join(folder, 'home') },
  });
  return stdout + stderr;
}

describe('recipes', () => {
  beforeAll(() => {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(join(folder, 'moekit.config.js'), CONFIG);
    for (const { name, code } of files) writeFileSync(join(folder, name), code);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('have files that type-check', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    const program = ts.createProgram(
      files.map(({ name }) => join(folder, name)),
      { ...options, composite: false, declaration: false, noEmit: true },
    );
    const problems = program
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(folder))
      .flatMap((file) => ts.getPreEmitDiagnostics(program, file))
      .map(({ file, messageText }) => `${basename(file!.fileName)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`); // prettier-ignore
    expect(problems).toEqual([]);
  });

  it.each(commands)('%s', { timeout: 120_000 }, async (line) => {
    const said = await run(line);
    if (line.includes('vitest')) expect(said).toMatch(/24 passed/);
    const out = /--out (\S+)/.exec(line)?.[1];
    if (out) expect(existsSync(join(folder, out))).toBe(true);
  });
});
