import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Shown all of stderr so far; may end the process. */
  readonly onOutput?: (text: string, stop: () => void) => void;
  readonly signal?: NodeJS.Signals;
}

export const program = fileURLToPath(new URL('../bin/moekit.js', import.meta.url));

/** The absolute path of a file in this folder. */
export const fixture = (name: string) =>
  fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** Plain text, and no backends but those of the packages: never those that this user has installed. */
export const homeOf = (folder: string) => ({
  NO_COLOR: '1',
  MOEKIT_HOME: join(folder, 'moekit-home'),
});

export const emptyFolder = () => mkdtemp(join(tmpdir(), 'moekit-'));

/**
 * Runs the real program in a folder of its own, without the backends that this user has installed.
 * @param onLine is shown each piece of stderr and may signal the process
 */
export async function moekit(
  args: readonly string[],
  { cwd, env, onOutput, signal = 'SIGINT' }: RunOptions = {},
): Promise<Ended> {
  const folder = cwd ?? (await emptyFolder());
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, ...homeOf(folder), ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += String(chunk);
    onOutput?.(stderr, () => child.kill(signal));
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Flags of the smallest comparison: two rows of a tiny model. */
export const TINY = ['--config', fixture('tiny.json')];
