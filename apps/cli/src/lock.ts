import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { statSync, utimesSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

/** A holder that is alive renews its lock this often, in milliseconds. */
const HEARTBEAT = 5_000;

/** A lock that was not renewed for so long belongs to nobody, whatever its text says. */
const STALE = 60_000;

/**
 * Makes this process the only one that has the lock.
 * @param path the lock's file
 * @param busy makes the error, of who holds it
 * @returns releases the lock
 * @throws what `busy` makes, while another living process holds it
 */
export function lock(path: string, busy: (holder: string) => Error): () => void {
  const refuse = () => busy(`process ${read(path)?.pid ?? 'unknown'}`);
  mkdirSync(dirname(path), { recursive: true });
  if (!create(path)) {
    if (!isAbandoned(path)) throw refuse();
    takeAway(path);
    if (!create(path)) throw refuse();
  }
  const beat = setInterval(() => renew(path), HEARTBEAT);
  beat.unref();
  return () => {
    clearInterval(beat);
    rmSync(path, { force: true });
  };
}

function create(path: string): boolean {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, JSON.stringify({ pid: process.pid, host: hostname() }));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAbandoned(path: string): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Date.now() - modified > STALE) return true;
  const holder = read(path);
  return holder?.host === hostname() && !isAlive(holder.pid);
}

/** Renaming first makes sure that of two processes that find a lock abandoned, one takes it away. */
function takeAway(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
  } catch {
    // the other process did
  }
}

function renew(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // removed by hand
  }
}

function read(path: string): { pid: number; host: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { pid: number; host: string };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
