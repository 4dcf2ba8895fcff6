import { spawn } from 'node:child_process';

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the process and everything it started. */
  readonly signal?: AbortSignal;
}

export interface ProcessResult {
  /** Null where the program does not exist or a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Output beyond this many characters is kept at its end only. */
const KEPT = 200_000;

/** Runs a program to its end and keeps what it says. Never throws: a program that does not exist has no exit code. */
export function runProcess(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, signal }: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const said = { stdout: '', stderr: '' };
    const child = spawn(command, args, {
      cwd,
      env,
      detached: process.platform !== 'win32', // a group of its own, so that all of it can be ended
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = () => endGroup(child.pid);
    const settle = (exitCode: number | null, ended: NodeJS.Signals | null) => {
      signal?.removeEventListener('abort', end);
      resolve({ exitCode, signal: ended, ...said });
    };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (chunk: Buffer) => {
        said[stream] = (said[stream] + String(chunk)).slice(-KEPT);
      });
    }
    child.on('error', () => settle(null, null));
    child.on('close', settle);
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
