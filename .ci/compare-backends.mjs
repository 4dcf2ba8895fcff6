// A short training run on TensorFlow twice and on wasm once: the same seed must give the same losses to the last bit on
// one backend, and final losses within a tolerance between the two. On the way routers may be further apart: rounding
// decides a near tie the other way, and the curve's points see few batches; the largest difference is shown. usage: MOEKIT_HOME=... node .ci/compare-backends.mjs [STEPS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** float32 sums in another order, carried through the steps; of the loss after the last one, on the final batches. */
const TOLERANCE = 1e-3;

const steps = process.argv[2] ?? '50';
const moekit = join(dirname(fileURLToPath(import.meta.url)), '../apps/cli/bin/moekit.js');
const folder = mkdtempSync(join(tmpdir(), 'moekit-compare-'));

try {
  const [first, second, wasm] = ['tensorflow', 'tensorflow', 'wasm'].map(train);
  same('two runs on tensorflow', first, second, { all: 0, final: 0 });
  same('tensorflow and wasm', first, wasm, { all: Infinity, final: TOLERANCE });
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
    trials.map((trial) => ({
      label,
      all: losses(trial),
      final: [trial.limited.loss, trial.dropFree.loss],
    })),
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
  a.forEach((left, row) => {
    for (const kind of ['all', 'final']) {
      const apart = largestDifference(left[kind], b[row][kind]);
      process.stdout.write(`${what}, ${left.label}: ${kind} losses differ by ${apart} at most\n`);
      if (apart <= tolerance[kind]) continue;
      throw new Error(`${what} differ by more than ${tolerance[kind]}`);
    }
  });
}

function largestDifference(left, right) {
  if (left.length === 0 || left.length !== right.length) return NaN;
  return Math.max(...left.map((loss, i) => Math.abs(loss - right[i])));
}
