import { fork } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Orders, Report } from './worker.js';

/** No input may take longer than this, ms. */
const LONGEST = 10_000;
/** No reader may need more than this, however long it reads. */
const LARGEST = 2 ** 30;

export interface Attack {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Where inputs that found something are kept. */
  readonly findings: string;
}

export interface Outcome {
  accepted: number;
  refused: number;
  peakBytes: number;
  readonly findings: { readonly index: number; readonly message: string }[];
}

/** Reads the inputs in a separate process; where an input ends or stops it, another continues with the next input. */
export async function attack({ from, ...order }: Attack): Promise<Outcome> {
  const outcome: Outcome = { accepted: 0, refused: 0, peakBytes: 0, findings: [] };
  for (let next = from; next < order.to && outcome.findings.length < 20;) {
    next = await readFrom({ ...order, from: next }, outcome);
  }
  return outcome;
}

/** @returns the number of the first input that was not read */
async function readFrom({ findings, ...order }: Attack, outcome: Outcome): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'moekit-fuzz-'));
  mkdirSync(join(folder, 'home'));
  const child = fork(join(import.meta.dirname, 'worker.ts'), {
    execArgv: ['--import', 'tsx', '--conditions=@moekit/source', '--max-old-space-size=1024'],
    env: { ...process.env, HOME: join(folder, 'home'), TMPDIR: join(folder, 'home') },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said = `${said}${chunk}`.slice(-2000)));
  let reading: number | undefined;
  let done = false;
  let stop = '';
  const find = (index: number, message: string) => {
    outcome.findings.push({ index, message });
    mkdirSync(findings, { recursive: true });
    if (!existsSync(join(folder, 'input'))) return;
    copyFileSync(join(folder, 'input'), join(findings, `${order.target}-${order.seed}-${index}`));
  };
  let watch: NodeJS.Timeout | undefined;
  const expect = (what: string, ms: number) => {
    clearTimeout(watch);
    watch = setTimeout(() => {
      stop = what;
      child.kill('SIGKILL');
    }, ms);
  };
  expect('did not start', 120_000);
  child.on('message', (report: Report) => {
    if (report.type === 'reading') {
      reading = report.index;
      expect(`took over ${LONGEST / 1000} s`, LONGEST);
    } else if (report.type === 'finding') find(report.index, report.message);
    else {
      done = true;
      clearTimeout(watch);
      outcome.accepted += report.accepted;
      outcome.refused += report.refused;
      outcome.peakBytes = Math.max(outcome.peakBytes, report.peakBytes);
    }
  });
  child.send({ ...order, folder } satisfies Orders);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (...how) => resolve(how));
  });
  clearTimeout(watch);
  if (reading === undefined) throw new Error(`${order.target} did not start: ${stop}${said}`);
  if (!done) find(reading, stop || `ended the process: ${signal ?? `exit code ${code}`}\n${said}`);
  else if (outcome.peakBytes > LARGEST)
    find(reading, `needed ${outcome.peakBytes} bytes of memory`);
  rmSync(folder, { recursive: true, force: true });
  return done ? order.to : reading + 1;
}
