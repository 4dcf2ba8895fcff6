import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { url as debuggerAddress } from 'node:inspector';
import { constants } from 'node:os';

import type { Word } from './words.js';

/** Commands that call routers and tasks of anybody's in the process that does the work. */
const COMMANDS = new Set(['train', 'eval']);

const CAUGHT = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Seconds without a beat after which a process that was asked to stop is ended, and how often its longest pause so far. */
const [PATIENCE, PAUSES] = [10, 3];

/** Whether a command runs under a supervisor. Not in a debugger, which wants one process. */
export function isSupervised(command: string | undefined): boolean {
  return COMMANDS.has(command ?? '') && debuggerAddress() === undefined;
}

/**
 * Does a command's work in another process, so that signals are heard whatever foreign code does there: a router that
 * never returns leaves no turn to listeners. The first signal asks the work to end early, keeping what is finished; the
 * process is ended at once by the second, where there is no such work, and where it stays silent for too long.
 * @param entry module that calls `obeySupervisor`
 * @returns the exit code: of the process, or 128 + the number of the signal
 */
export async function supervise(entry: URL, argv: readonly string[]): Promise<number> {
  const child = fork(entry, argv, { stdio: 'inherit' });
  const pulse = new Pulse();
  let asked: NodeJS.Signals | undefined;
  const ask = (signal: NodeJS.Signals) => {
    const again = asked !== undefined;
    asked ??= signal;
    if (again || !pulse.hasWorked || !child.connected) return end(child);
    child.send(asked);
  };
  const look = setInterval(() => {
    pulse.wait();
    if (asked === undefined || !pulse.isTooSilent) return;
    clearInterval(look);
    end(child);
    void report(`no turn for ${asked} in ${pulse.silent} seconds`, STUCK);
  }, 1000);
  child.on('message', (word) => pulse.hear(word as Word));
  for (const signal of CAUGHT) process.on(signal, ask);
  process.on('SIGCONT', () => goOn(child));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearInterval(look);
  if (code !== null) return code;
  if (asked === undefined) await report(`signal ${signal}, sent to the process that works`, KILLED);
  return 128 + constants.signals[asked ?? signal!];
}

/** How long a process has been silent, in seconds that this one was awake. */
class Pulse {
  hasWorked = false;
  silent = 0;
  #works = false;
  #longest = 0;

  get isTooSilent(): boolean {
    return this.#works && this.silent > Math.max(PATIENCE, PAUSES * this.#longest);
  }

  hear(word: Word): void {
    if (this.#works) this.#longest = Math.max(this.#longest, this.silent);
    this.#works = word === 'beat';
    this.hasWorked = true;
    this.silent = 0;
  }

  wait(): void {
    this.silent++;
  }
}

/** It has nothing to keep, or does not listen. */
function end(child: ChildProcess): void {
  child.kill('SIGKILL');
}

/** Twice: the process may stand still only after the first. */
function goOn(child: ChildProcess): void {
  child.kill('SIGCONT');
  setTimeout(() => child.kill('SIGCONT'), 500).unref();
}

const STUCK = 'See what a plug-in does; checkpoints that were saved stay.';
const KILLED =
  'See how much memory it needs, and what a plug-in does; checkpoints that were saved stay.';

async function report(got: string, fix: string): Promise<void> {
  const [{ fail }, { say }] = await Promise.all([
    import('../errors.js'),
    import('../output/terminal.js'),
  ]);
  const { code, message } = fail('CLI_ENDED', { asked: 'A command must end by itself', got, fix });
  say(`error ${code}: ${message}\n`);
}
