import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { freePort } from './registry.js';

export interface RunningServer {
  readonly url: string;
  /** Its stdout and stderr so far. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts a program that listens on $PORT, or on the port that its arguments are made with, and waits for its answer. */
export async function startServer(
  command: string,
  args: readonly string[] | ((port: number) => readonly string[]),
  cwd: string,
): Promise<RunningServer> {
  const port = await freePort();
  const all = typeof args === 'function' ? args(port) : args;
  const child = spawn(command, all, { cwd, env: { ...process.env, PORT: String(port) } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  }
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  for (let attempt = 0; attempt < 600 && child.exitCode === null; attempt++) {
    if (await fetch(url).catch(() => undefined)) return { url, output: () => output, stop };
    await setTimeout(200);
  }
  await stop();
  throw new Error(`${command} ${all.join(' ')} does not answer\n${output}`);
}
