import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createRouterPackage } from 'create-moekit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Inside the repository, where the package finds its dependencies; the release check installs them from tarballs. */
const cwd = fileURLToPath(new URL(`.tmp-${process.pid}`, import.meta.url));
const demo = join(cwd, 'demo');
const run = promisify(execFile);
const tsc = (...args: string[]) =>
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc6'), ...args], { cwd: demo });

beforeAll(async () => {
  await mkdir(cwd, { recursive: true });
  await createRouterPackage('demo', cwd);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('the package as generated', () => {
  it('type-checks, sources and tests', async () => {
    await expect(tsc('--noEmit')).resolves.toMatchObject({ stdout: '' });
  });

  it('builds what it exports, without a test in it', async () => {
    await tsc('-p', 'tsconfig.build.json');
    const built = (await readdir(join(demo, 'dist'))).filter((name) => name.endsWith('.js'));
    expect(built).toEqual(['index.js', 'options.js', 'router.js']);
  });

  it('trains in its example, with a falling loss', async () => {
    const { stdout } = await run(process.execPath, ['examples/train.mjs'], { cwd: demo });
    const losses = [...stdout.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
    expect(losses).toHaveLength(20);
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
  });

  it('is benchmarked by its folder', async () => {
    const out = join(cwd, 'results');
    const tiny = join(root, 'apps/cli/test/fixtures/tiny.json');
    const flags = ['--config', tiny, '--routers', 'switch', '--out', out, '--quiet'];
    const { stdout } = await run(
      process.execPath,
      [
        join(root, 'apps/cli/bin/moekit.js'),
        'bench',
        '--router',
        '.',
        '--backend',
        'wasm',
        ...flags,
      ],
      { cwd: demo, env: { ...process.env, NO_COLOR: '1' } },
    );
    expect(stdout).toMatch(/\bdemo\b/);
    expect(await readdir(out)).toContain('results.json');
  });
});
