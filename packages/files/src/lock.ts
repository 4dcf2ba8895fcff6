import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

/** A lock that this process got. */
export interface HeldLock {
  readonly release: () => void;
  /** Whether the path still leads to the locked file, which no other process can then have. */
  readonly isThere: () => boolean;
}

/** A lock that this process got, or who has it. */
type Lock = HeldLock | { readonly holder: string };

/** BSD's and macOS' open(2) takes the lock itself; Node.js has no name for the flag. */
const O_EXLOCK = 0x20;
const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
const FLAGS = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK;

/**
 * Takes the operating system's lock (flock) of a file, without waiting. The system frees it when the process ends, however
 * it ends; a process that is stopped, or busy, or whose clock is wrong, keeps it. The text in the file is for messages only.
 * @throws the system's error where there is no room, no permission, or no such lock on the file system
 */
function takeLock(path: string): Lock {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    const file = openLocked(path);
    if (file === undefined) return { holder: holderOf(path) };
    if (isAt(file, path)) return held(file, path);
    closeSync(file); // its last holder has just removed the file, so no one else will open it
  }
}

/** Errors of `holdLock`: another process holds it, or no process could. */
export interface LockErrors {
  readonly busy: (holder: string) => Error;
  readonly impossible: (detail: {
    readonly asked: string;
    readonly fix: string;
    readonly cause: unknown;
  }) => Error;
}

/** Takes a lock, or throws the error that the caller makes of what is in its way. */
export function holdLock(path: string, { busy, impossible }: LockErrors): HeldLock {
  let taken: Lock;
  try {
    taken = takeLock(path);
  } catch (cause) {
    const asked = `Cannot create and lock ${path}: ${(cause as Error).message}`;
    const fix =
      'Free some space, or choose a writable folder on a file system that supports locks.';
    throw impossible({ asked, fix, cause });
  }
  if ('holder' in taken) throw busy(taken.holder);
  return taken;
}

/**
 * Takes the lock of a file that has content of its own, which stays as it is, now and on release.
 * @returns undefined while another process holds it      @throws as `takeLock` does
 */
export function lockContent(path: string): { readonly release: () => void } | undefined {
  for (;;) {
    const file = openLocked(path);
    if (file === undefined) return undefined;
    if (isAt(file, path)) return { release: () => closeSync(file) };
    closeSync(file);
  }
}

/** The open file while this process has its lock; undefined when another one does. */
function openLocked(path: string): number | undefined {
  if (process.platform === 'darwin') return openExclusive(path);
  const file = openSync(path, FLAGS);
  try {
    if (lockOpen(file)) return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
  closeSync(file);
  return undefined;
}

function openExclusive(path: string): number | undefined {
  try {
    return openSync(path, FLAGS | O_EXLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

/** A lock belongs to the open file: flock(1) locks the one that it inherits, and this process keeps it. */
function lockOpen(file: number): boolean {
  const { status, error, stderr } = spawnSync('flock', ['-n', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', file],
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin`, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  if (error) throw new Error(`${error.message}; flock comes with util-linux`, { cause: error });
  if (status === 0) return true;
  if (status === 1 && stderr === '') return false;
  throw new Error(stderr.trim() || `flock ended with ${status}`);
}

function isAt(file: number, path: string): boolean {
  const [mine, there] = [fstatSync(file), statSync(path, { throwIfNoEntry: false })];
  return mine.ino === there?.ino && mine.dev === there.dev;
}

function held(file: number, path: string): Lock {
  let open = true;
  const release = () => {
    if (!open) return;
    open = false;
    process.removeListener('exit', release);
    if (isAt(file, path)) rmSync(path, { force: true }); // another's is there where the folder was replaced
    closeSync(file);
  };
  process.once('exit', release);
  try {
    ftruncateSync(file);
    writeSync(file, JSON.stringify({ pid: process.pid, host: hostname() }));
  } catch (error) {
    release();
    throw error;
  }
  return { release, isThere: () => open && isAt(file, path) };
}

function holderOf(path: string): string {
  try {
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    if (!Number.isInteger(pid) || typeof host !== 'string') return 'another process';
    return host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  } catch {
    return 'another process'; // it has not written its name yet, or has just left
  }
}
