// Kills `moekit backend install tensorflow` at random moments. usage: node .ci/kill-install.mjs WHEEL [ROUNDS] [SEED]
// Fresh: killed, run again to its end, verified, removed. Over an old one: killed, and the old one must work at once.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const [wheel, rounds = '10', seed = '1'] = process.argv.slice(2);
const moekit = join(dirname(fileURLToPath(import.meta.url)), '../apps/cli/bin/moekit.js');
const home = mkdtempSync(join(tmpdir(), 'moekit-kill-'));
const install = ['install', 'tensorflow', '--wheel', resolve(wheel)];
const random = generator(Number(seed));

try {
  const whole = timed(() => run(...install));
  process.stdout.write(`one installation takes ${whole.toFixed(1)} s\n`);
  run('remove', 'tensorflow');
  for (let round = 1; round <= Number(rounds); round++) {
    const moment = await kill(install, whole * random());
    run(...install);
    run('verify');
    run('remove', 'tensorflow');
    process.stdout.write(`fresh ${round}: killed ${moment}; ran again: works\n`);
  }
  run(...install);
  for (let round = 1; round <= Math.ceil(Number(rounds) / 3); round++) {
    const moment = await kill([...install, '--force'], whole * random());
    run('verify');
    process.stdout.write(`over an old one ${round}: killed ${moment}; the old one works\n`);
  }
  run(...install, '--force');
  run('verify');
} finally {
  rmSync(home, { recursive: true, force: true });
}

function run(...args) {
  const { status, stderr } = spawnSync(process.execPath, commandLine(args), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`moekit backend ${args.join(' ')} failed:\n${stderr}`);
}

/** @returns when, and at what the installer was */
async function kill(args, seconds) {
  const child = spawn(process.execPath, commandLine(args), { stdio: ['ignore', 'ignore', 'pipe'] });
  let last = 'starting';
  child.stderr.on('data', (chunk) => (last = String(chunk).trim().split('\n').at(-1)));
  const exited = new Promise((end) => child.on('exit', end));
  await setTimeout(seconds * 1000);
  child.kill('SIGKILL');
  await exited;
  return `after ${seconds.toFixed(1)} s (${last})`;
}

function commandLine(args) {
  return [moekit, 'backend', ...args, '--dir', home];
}

function timed(work) {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}

/** mulberry32 */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
