import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';

import { Observable } from 'rxjs';

import { keepMemory } from '../backend/tensorflow/keep-memory.js';
import { shareCores } from '../backend/tensorflow/share-cores.js';
import { fail } from '../errors.js';
import { describeError } from './describe-error.js';
import type { Job, Report } from './messages.js';
import { reportSchema } from './messages.js';

export type TrialReport = Exclude<Report, { type: 'ready' }>;

/**
 * Runs a job in a fresh process: no trial sees another's tensors, caches or random numbers. Cold; unsubscribing ends
 * the process. Never errors: a crash is a `failed` report.
 * @param entry module that calls `serveTrials`      @param atOnce how many such processes share the cores
 */
export function spawnTrial(job: Job, entry: URL | string, atOnce = 1): Observable<TrialReport> {
  return new Observable((subscriber) => {
    const env = workerEnv(atOnce);
    const child = fork(entry, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env,
      // JSON would make null of a figure that is not finite
      serialization: 'advanced',
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + String(chunk)).slice(-2000)));
    const finish = (report: TrialReport) => {
      subscriber.next(report);
      subscriber.complete();
    };
    child.on('error', (error) => finish({ type: 'failed', error: describeError(error) }));
    child.on('message', (message) => {
      const report = reportSchema.safeParse(message);
      if (!report.success) return finish(failed('a message nobody understands', stderr));
      if (report.data.type === 'ready') return void child.send({ type: 'run', job });
      if (report.data.type === 'progress') return subscriber.next(report.data);
      return finish(report.data);
    });
    child.on('exit', (code, signal) =>
      finish(failed(signal ? `signal ${signal}` : `exit code ${code}`, stderr)),
    );
    return () => end(child);
  });
}

function failed(got: string, stderr: string): TrialReport {
  const said = stderr.split('\n').findLast((line) => /error/i.test(line));
  const error = fail('BENCH_WORKER', {
    asked: 'A worker process must send its trial',
    got: said ? `${got} (${said.trim()})` : got,
    fix: 'Run again with --workers 1 if memory is short.',
  });
  return { type: 'failed', error: describeError(error) };
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
    TF_CPP_MIN_LOG_LEVEL: '2',
    MOEKIT_LOOKED_UP_SINCE: String(Math.floor(performance.timeOrigin)),
  };
}
