import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

import { routedTextPage } from '@moekit/bench';
import { build } from 'vite';

const RESULTS = 'docs/results';

function moekit(root, ...args) {
  const program = join(root, 'apps/cli/bin/moekit.js');
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`moekit ${args.join(' ')}: ${stderr}`);
}

/** The example page, with the run that its `npm run train` makes. */
async function page(root, out) {
  const example = join(root, 'examples/page');
  const { scripts } = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'));
  const [, ...train] = scripts.train.replace('public', out).split(' ');
  await build({
    root: example,
    ...{ base: './', logLevel: 'warn' },
    build: { outDir: out, emptyOutDir: true, target: 'es2022' },
  });
  moekit(root, ...train, '--quiet', '--backend', 'wasm');
}

/** The pages that docs/gallery.md leads to: a report of every result, a routed text, a page that computes. */
export async function gallery(root, out) {
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(join(root, RESULTS)).filter((name) =>
    name.endsWith('-large.json'),
  ))
    moekit(
      root,
      'report',
      join(root, RESULTS, file),
      '--out',
      join(out, file.replace('-large.json', '')),
    );
  const { how, ...routed } = JSON.parse(readFileSync(join(root, RESULTS, 'routed-text.json'), 'utf8')); // prettier-ignore
  writeFileSync(join(out, 'routed-text.html'), routedTextPage('A routed text', how, routed));
  await page(root, join(out, 'page'));
}
