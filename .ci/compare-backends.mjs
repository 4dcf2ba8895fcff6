// A short training run on TensorFlow twice and on wasm once: the same seed must give the same bytes on one backend, and
// losses within a tolerance between the two. usage: MOEKIT_HOME=... node .ci/compare-backends.mjs [STEPS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** float32 sums in another order, carried through the steps. */
const TOLERANCE = 1e-3;

const steps = process.argv[2] ?? '50';
const moekit = join(dirname(fileURLToPath(import.meta.url)), '../apps/cli/bin/moekit.js');
const folder = mkdtempSync(join(tmpdir(), 'moekit-compare-'));

try {
  const [first, second, wasm] = ['tensorflow', 'tensorflow', 'wasm'].map(train);
  same('two runs on tensorflow', first, second, 0);
  same('tensorflow and wasm', first, wasm, TOLERANCE);
} finally {
  rmSync(folder, { recursive: true });
}

function train(backend, i) {
  const out = join(folder, String(i));
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...[moekit, 'bench', '--routers', 'switch,threshold', '--seeds', '1', '--steps', steps],
      ...['--backend', backend, '--workers', '1', '--quiet', '--out', out],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`moekit bench on ${backend} failed:\n${stderr}`);
  const { rows } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  return rows.flatMap(({ label, trials }) =>
    trials.map((trial) => ({ label, losses: losses(trial) })),
  );
}

/** Every number called loss in a trial, in its order. */
function losses(value, name = '') {
  if (typeof value === 'number') return /loss$/i.test(name) ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    losses(inner, Array.isArray(value) ? name : key),
  );
}

function same(what, a, b, tolerance) {
  a.forEach(({ label, losses: left }, row) => {
    const right = b[row].losses;
    const apart = Math.max(...left.map((loss, i) => Math.abs(loss - right[i])));
    process.stdout.write(`${what}, ${label}: ${left.length} losses, largest difference ${apart}\n`);
    if (left.length === 0 || left.length !== right.length || !(apart <= tolerance)) {
      throw new Error(`${what} differ by more than ${tolerance}`);
    }
  });
}
