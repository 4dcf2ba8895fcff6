import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folders = ['.github/workflows', 'apps/create-moekit/template/github/workflows'];
const files = folders.flatMap((folder) => readdirSync(root + folder).map((name) => `${folder}/${name}`)); // prettier-ignore
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

interface Workflow {
  readonly on: object;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Job {
  readonly 'runs-on': string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { uses?: string; run?: string; with?: Record<string, unknown>; env?: Record<string, string> }[]; // prettier-ignore
}

function read(file: string): Workflow {
  const document = parseDocument(readFileSync(root + file, 'utf8'), { strict: true, uniqueKeys: true }); // prettier-ignore
  expect([...document.errors, ...document.warnings], file).toEqual([]);
  return document.toJS() as Workflow;
}

describe.each(files)('%s', (file) => {
  it('is a workflow whose steps all do something, from actions of a stated version', () => {
    const { on, jobs } = read(file);
    expect(Object.keys(on).length).toBeGreaterThan(0);
    for (const job of Object.values(jobs)) {
      expect(job['runs-on']).toBe('ubuntu-latest');
      expect(job.steps.length).toBeGreaterThan(1);
      for (const { uses, run } of job.steps) expect(uses ?? run).toMatch(uses ? /^[\w./-]+@v\d+$/ : /\S/); // prettier-ignore
    }
  });

  it('may write nothing by default', () => {
    const { permissions } = read(file);
    expect(permissions?.['contents']).toBe('read');
  });
});

it.each(['.github/workflows/ci.yml', '.github/workflows/release.yml'])(
  '%s runs only scripts that exist',
  (file) => {
    const lines = Object.values(read(file).jobs).flatMap(({ steps }) => steps.flatMap(({ run, with: input }) => [run, input?.['version'], input?.['publish']])); // prettier-ignore
    const named = lines.flatMap((line) => /^npm run ([\w:-]+)/.exec(String(line))?.[1] ?? []);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  },
);

it('the release workflow publishes with provenance, after a dry run, through Changesets', () => {
  const job = read('.github/workflows/release.yml').jobs['release']!;
  expect(job.permissions).toMatchObject({ 'id-token': 'write', 'pull-requests': 'write' });
  const [dry, changesets] = [/release:dry/, /^changesets\/action@/].map((what) => job.steps.findIndex(({ run, uses }) => what.test(run ?? uses ?? ''))); // prettier-ignore
  expect(dry).toBeGreaterThan(0);
  expect(changesets).toBeGreaterThan(dry!);
  expect(job.steps[changesets!]!.env).toMatchObject({ NPM_CONFIG_PROVENANCE: 'true' });
});

it('a generated package publishes with provenance too', () => {
  const { permissions, jobs } = read('apps/create-moekit/template/github/workflows/publish.yml');
  expect(permissions?.['id-token']).toBe('write');
  expect(jobs['publish']!.steps.map(({ run }) => run)).toContain('npm publish --provenance --access public'); // prettier-ignore
});
