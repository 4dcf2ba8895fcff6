import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { url as debuggerAddress } from 'node:inspector';
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

import { LogFilter } from './log-filter.js';
import { Pulse } from './pulse.js';
import type { Word } from './words.js';
import { ONE_REQUEST } from './words.js';

/**
 * Commands whose work another process does: all that compute in the process that they run in, so that foreign code can be
 * ended and the log lines of native code held back. The one that times kernels keeps its memory as the workers of
 * `moekit bench` do.
 */
const COMMANDS = ['train', 'eval', 'generate', 'route', 'layer-time', 'kernel-times'] as const;
type Supervised = (typeof COMMANDS)[number];

const CAUGHT = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds in which a process that has reported its exit code may end by itself. */
const LEAVING = 1000;

/** Whether a command runs under a supervisor. Not in a debugger, which wants one process. */
export function isSupervised(command: string | undefined): command is Supervised {
  return COMMANDS.includes(command as Supervised) && debuggerAddress() === undefined;
}

/**
 * Does a command's work in another process, so that signals are heard whatever foreign code does there: a router that
 * never returns leaves no turn to listeners. The first signal asks the work to end early, keeping what is finished; the
 * process is ended at once by the second, where there is no such work, and where it does not listen. One that has done
 * its work ends, whatever foreign code still waits for.
 * @param entry module that calls `obeySupervisor`
 * @returns the exit code: of the process, or 128 + the number of the signal
 */
export async function supervise(
  entry: URL,
  argv: readonly [Supervised, ...string[]],
): Promise<number> {
  const verbose = argv.includes('--verbose');
  const child = fork(entry, argv, {
    stdio: process.platform === 'win32' ? 'inherit' : ['inherit', 'inherit', 'pipe', 'ipc', 2],
    env: { ...(await environmentOf(argv[0])), ...(verbose && VERBOSE) },
  });
  const logs = filterLogs(child, verbose);
  const pulse = new Pulse();
  let told: number | undefined;
  let reported = Promise.resolve();
  let asked: NodeJS.Signals | undefined;
  let askedAt = 0;
  const ask = (signal: NodeJS.Signals) => {
    const again = asked !== undefined;
    if (again && performance.now() - askedAt < ONE_REQUEST) return;
    if (again || !pulse.hasWorked || !child.connected) end(child);
    else child.send(signal, () => undefined); // one that has just ended hears nothing
    if (again) return;
    [asked, askedAt] = [signal, performance.now()];
    pulse.ask();
  };
  const look = setInterval(() => {
    pulse.wait();
    const { fault } = pulse;
    if (asked === undefined || fault === undefined) return;
    clearInterval(look);
    end(child);
    reported = report(`${asked}, and ${fault}`, STUCK);
  }, 1000);
  child.on('message', (word: Word) => {
    pulse.hear(word);
    if (typeof word !== 'number') return;
    told = word;
    setTimeout(() => end(child), LEAVING).unref();
  });
  for (const signal of CAUGHT) process.on(signal, ask);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearInterval(look);
  await reported;
  await logs.end(told === undefined && asked === undefined && code !== 0);
  if (told !== undefined) return told;
  if (code === 0) return await saysNothing();
  if (code !== null) return code;
  if (asked === undefined) await report(`signal ${signal}, sent to the working process`, KILLED);
  return 128 + constants.signals[asked ?? signal!];
}

/** Native code says more, and nothing of it is held back. */
const VERBOSE = { MOEKIT_VERBOSE: '1', TF_CPP_MIN_LOG_LEVEL: '0' };

/**
 * Passes on what native code writes to standard error, but for its log lines.
 * @returns to be called at the end; shows the log lines of a process that failed
 */
function filterLogs(child: ChildProcess, verbose: boolean) {
  const show = async (text: string) => (await import('../output/terminal.js')).say(text);
  let shown = Promise.resolve();
  const pass = (text: string) => void (shown = shown.then(() => show(text)));
  const filter = new LogFilter(pass);
  const closed = child.stderr ? once(child.stderr, 'close') : Promise.resolve();
  child.stderr?.on('data', (chunk: Buffer) => {
    if (verbose) pass(String(chunk));
    else filter.write(String(chunk));
  });
  const end = async (failed: boolean) => {
    await Promise.race([closed, wait(LEAVING)]); // a process that it started may hold it open
    filter.end();
    if (failed && filter.held !== '') pass(filter.held);
    await shown;
  };
  return { end };
}

async function environmentOf(command: Supervised): Promise<NodeJS.ProcessEnv> {
  if (command !== 'kernel-times') return process.env;
  const { keptMemory } = await import('./environment.js');
  return keptMemory();
}

/** It has nothing to keep, or does not listen. */
function end(child: ChildProcess): void {
  child.kill('SIGKILL');
}

async function saysNothing(): Promise<number> {
  await report('exit code 0 before the command had ended', STUCK);
  return 1;
}

const STUCK = 'Check the plug-ins. Checkpoints already saved are kept.';
const KILLED = 'Check memory use and the plug-ins. Checkpoints already saved are kept.';

async function report(got: string, fix: string): Promise<void> {
  const [{ fail }, { say }] = await Promise.all([
    import('../errors.js'),
    import('../output/terminal.js'),
  ]);
  const { code, message } = fail('CLI_ENDED', { asked: `The command was cut off: ${got}`, fix });
  say(`error ${code}: ${message}\n`);
}
