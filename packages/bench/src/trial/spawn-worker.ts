import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';

import { keepMemory, shareCores } from '@moekit/backends';
import { Observable } from 'rxjs';

import { fail } from '../errors.js';
import { describeError, oneLine } from './describe-error.js';
import { Countdown } from './countdown.js';
import type { Report, WorkerRequest } from './messages.js';
import { reportSchema } from './messages.js';

export type WorkerReport = Exclude<Report, { type: 'ready' }>;

export interface WorkerOptions {
  /** Module that calls `serveTrials`. */
  readonly entry: URL | string;
  /** How many such processes share the cores. */
  readonly atOnce?: number;
  /** Seconds without a word after which the process is ended. */
  readonly timeout: number;
}

const UNDERWAY = ['progress', 'loading', 'warning'];

/**
 * Asks a fresh process for something. If foreign code exits there, hangs, prints or fills the memory, the answer is a
 * `failed` report. Cold; unsubscribing ends the process. Never errors.
 */
export function spawnWorker(
  request: WorkerRequest,
  { entry, atOnce = 1, timeout }: WorkerOptions,
): Observable<WorkerReport> {
  return new Observable((subscriber) => {
    const child = fork(entry, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: workerEnv(atOnce),
      serialization: 'advanced',
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + String(chunk)).slice(-2000)));
    if (isVerbose()) child.stderr?.pipe(process.stderr, { end: false });
    const finish = (report: WorkerReport) => {
      subscriber.next(report);
      subscriber.complete();
    };
    const silence = new Countdown(timeout, () => finish(failure(tooSilent(timeout))));
    child.on('error', (error) => finish({ type: 'failed', error: describeError(error) }));
    child.on('message', (message) => {
      silence.restart();
      const report = reportSchema.safeParse(message);
      if (!report.success) return finish(failure(ended('an invalid message', stderr)));
      if (report.data.type === 'ready') return void child.send(request);
      if (UNDERWAY.includes(report.data.type)) return subscriber.next(report.data);
      return finish(report.data);
    });
    child.on('exit', (code, signal) => finish(failure(ended(howItEnded(code, signal), stderr))));
    return () => {
      silence.end();
      end(child);
    };
  });
}

const failure = (error: Error): WorkerReport => ({ type: 'failed', error: describeError(error) });

/** Set by `--verbose`: what native code of a worker writes is shown. */
const isVerbose = () => process.env['MOEKIT_VERBOSE'] === '1';

function tooSilent(timeout: number) {
  return fail('BENCH_TIMEOUT', {
    asked: `A worker process has reported nothing for ${timeout} seconds`,
    fix: 'A router or a task hangs, or one step takes longer than that. Fix it, or allow more time with --timeout.',
  });
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `signal ${signal}`;
  return code === 0 ? 'exit code 0: something in it called process.exit' : `exit code ${code}`;
}

function ended(got: string, stderr: string) {
  const said = stderr.split('\n').findLast((line) => /error/i.test(line));
  return fail('BENCH_WORKER', {
    asked: `A worker process failed: ${said ? `${got} (${oneLine(said)})` : got}`,
    fix: /memory/i.test(`${got} ${stderr}`)
      ? 'Run again with --workers 1, or with a smaller model.'
      : 'Check the router and the task; if memory is short, run again with --workers 1.',
  });
}

/** A worker that has reported leaves by itself; one that is cut off has nothing to keep, and may not listen. */
function end(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
}

/**
 * One GPU shared by several workers: TensorFlow must not take all of its memory at once. And one state of what is fetched
 * by name: what this process has looked up is not looked up again.
 */
function workerEnv(atOnce: number): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...keepMemory(),
    ...shareCores(atOnce),
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: isVerbose() ? '0' : '2',
    MOEKIT_LOOKED_UP_SINCE: String(Math.floor(performance.timeOrigin)),
  };
}
