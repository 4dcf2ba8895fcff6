import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';

/** Runs a program with a terminal of its own that shows what stdin types; ends as the program does, 128 + n after a signal. */
const PTY = `
import os, pty, sys
code = os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:]))
sys.exit(code if code >= 0 else 128 - code)`;

/** Why there is no terminal for tests here, if there is none. */
export const terminalLacks =
  spawnSync('python3', ['-c', 'import pty']).status === 0
    ? undefined
    : '(left out: terminals are made with Python 3)';

/** Starts a command in a terminal; `child.stdin.write('\\x03')` is Ctrl-C, a killed child a closed window. */
export function inTerminal(argv: readonly string[], cwd: string): ChildProcess {
  return spawn('python3', ['-c', PTY, ...argv], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
}
