import { engine } from '@tensorflow/tfjs-core';
import { expect, vi } from 'vitest';

import type { Ended } from './moekit.js';
import type * as runs from '../src/run-cli.js';
import { emptyFolder, homeOf } from './moekit.js';

/** The built program, which Node loads by itself, as a process of its own would. */
const built = new URL('../dist/run-cli.js', import.meta.url).href;

/** Events whose listeners decide how the tests' own process ends. Emscripten adds one of its own for uncaught errors. */
const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'disconnect'] as const;

/** The state that a command must leave unchanged. */
const traces = () => ({
  exitCode: process.exitCode,
  listeners: EVENTS.map((event) => [event, process.listenerCount(event)]),
  tensors: engine().state.numTensors,
});

/**
 * Runs a command in this process, in a folder of its own, as `moekit` does in another: for what a command does and says.
 * Signals, locks, foreign code and what a process leaves behind need a real one.
 * @throws where the command leaves a listener, a tensor or an exit code behind
 */
export async function runInProcess(
  args: readonly string[],
  { cwd, env }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const folder = cwd ?? (await emptyFolder());
  const before = { cwd: process.cwd(), env: { ...process.env } };
  process.chdir(folder);
  Object.assign(process.env, homeOf(folder), env);
  const [out, err] = [catchWrites(process.stdout), catchWrites(process.stderr)];
  try {
    const { runCli } = (await import(/* @vite-ignore */ built)) as typeof runs;
    const left = traces();
    const code = await runCli(['node', 'moekit', ...args]);
    expect(traces()).toEqual(left);
    return { code, stdout: out.end(), stderr: err.end() };
  } finally {
    out.end();
    err.end();
    process.chdir(before.cwd);
    process.env = before.env;
  }
}

function catchWrites(stream: NodeJS.WriteStream) {
  let text = '';
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const end = () => {
    spy.mockRestore();
    return text;
  };
  return { end };
}
