import '@tensorflow/tfjs';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { useBackend } from '@moekit/core/testing';
import ts from 'typescript';
import { afterAll, describe, expect, it, vi } from 'vitest';

import { routerChecks } from '../../src/testing/checks/table.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../../..');
const folder = join(here, `.guide-${process.pid}`);
const guide = readFileSync(join(root, 'docs/writing-a-router.md'), 'utf8');
const reference = readFileSync(join(root, 'docs/router-reference.md'), 'utf8');
const readme = readFileSync(join(root, 'packages/core/README.md'), 'utf8');

interface Block {
  readonly file: string;
  readonly code: string;
  readonly runs: boolean;
}

/** ts blocks of a page; those of the guide start with a comment that names their file. */
function blocksOf(page: string, text: string): Block[] {
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code], i) => {
    const named = /^\/\/ (\S+\.ts)\n/.exec(code!)?.[1];
    return { file: named ?? `${page}-${i}.ts`, code: code!, runs: !named?.endsWith('.test.ts') };
  });
}

const blocks = [
  ...blocksOf('guide', guide),
  ...blocksOf('reference', reference),
  ...blocksOf('readme', readme),
];
mkdirSync(folder, { recursive: true });
for (const { file, code } of blocks) writeFileSync(join(folder, file), code);

// Registers the pages' own conformance suites among the tests of this file.
for (const { file } of blocks.filter(({ runs }) => !runs))
  await import(/* @vite-ignore */ pathToFileURL(join(folder, file)).href);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  const { container } = await import('tsyringe');
  container.reset(); // the README binds into tsyringe's root
});

describe('the guide and the README', () => {
  it('have code in files of different names', () => {
    expect(blocks.length).toBeGreaterThan(9);
    expect(new Set(blocks.map(({ file }) => file)).size).toBe(blocks.length);
  });

  it('type-check as written', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    const program = ts.createProgram(
      blocks.map(({ file }) => join(folder, file)),
      { ...options, composite: false, declaration: false, noEmit: true },
    );
    const problems = program
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(folder))
      .flatMap((file) => ts.getPreEmitDiagnostics(program, file))
      .map(({ file, messageText }) => {
        const message = ts.flattenDiagnosticMessageText(messageText, '\n');
        return `${basename(file!.fileName)}: ${message}`;
      });
    expect(problems).toEqual([]);
  });

  it.each(blocks.filter(({ runs }) => runs))('$file runs', async ({ file }) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await useBackend('cpu');
      const loaded = import(/* @vite-ignore */ pathToFileURL(join(folder, file)).href);
      await expect(loaded).resolves.toBeDefined();
    } finally {
      log.mockRestore();
    }
  });

  it('the reference explains every check, in order', () => {
    const [, section] = reference.split('## Checks');
    const rows = [...section!.matchAll(/^\| `(\w+)` +\| /gm)].map(([, name]) => name);
    expect(rows).toEqual(routerChecks.map(({ name }) => name));
  });

  it('the reference and the guide explain every member of the contract', () => {
    const folder = join(root, 'packages/core/src/contract');
    const contract = ['router.ts', 'routing.ts', 'routing-stats.ts', 'plugin.ts']
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    const members = (name: string) => {
      const body = new RegExp(`interface ${name}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(contract)![1]!;
      return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member]) => member!);
    };
    const types = ['RouterSpec', 'RouteContext', 'RouterLoss', 'ZeroCompute', 'Routing', 'RoutingStats', 'Router', 'RouterPlugin']; // prettier-ignore
    for (const type of types) {
      expect(members(type).length, type).toBeGreaterThan(2);
      for (const member of members(type))
        expect(guide + reference, `${type}.${member}`).toContain(`\`${member}`);
    }
  });
});
