import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files of a project and of all that it refers to, which `tsc -b` checks. */
function filesOf(path: string, seen = new Map<string, readonly string[]>()) {
  const config = statSync(path).isDirectory() ? join(path, 'tsconfig.json') : path;
  if (seen.has(config)) return seen;
  const { config: json } = ts.readConfigFile(config, (file) => ts.sys.readFile(file));
  const project = ts.parseJsonConfigFileContent(json, ts.sys, dirname(config));
  seen.set(config, project.fileNames);
  for (const reference of project.projectReferences ?? []) filesOf(reference.path, seen);
  return seen;
}

/** Settings of Vitest and VitePress, the template of a package, AssemblyScript. */
const ELSEWHERE =
  /(^|\/)vitest[.\w-]*\.ts$|^apps\/create-moekit\/template\/|^packages\/kernels\/assembly\/|^docs\/site\//;

it('npm run typecheck reads every TypeScript file of the repository', () => {
  const checked = new Set([...filesOf(root).values()].flat().map((file) => relative(root, file)));
  const all = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.mts'], {
    cwd: root,
    encoding: 'utf8',
  });
  const left = all.split('\n').filter((file) => file !== '' && !checked.has(file));
  expect(left.filter((file) => !ELSEWHERE.test(file))).toEqual([]);
});
