import { fail } from '../errors.js';
import type { ProcessResult } from '../process/run-process.js';
import { runProcess } from '../process/run-process.js';

export interface Python {
  readonly command: string;
  readonly version: string;
}

type Run = (command: string, args: readonly string[]) => Promise<ProcessResult>;

/**
 * A Python 3 with pip. Any version will do: TensorFlow's libraries, which alone are used, do not depend on it.
 * @throws BACKEND_PYTHON
 */
export async function findPython(run: Run = runProcess, env = process.env): Promise<Python> {
  const named = env['PYTHON'];
  let withoutPip: string | undefined;
  for (const command of [...(named ? [named] : []), 'python3', 'python']) {
    const { exitCode, stdout } = await run(command, ['-c', 'import sys; print(sys.version)']);
    const version = stdout.split(' ')[0]!;
    if (exitCode !== 0 || !version.startsWith('3.')) continue;
    const pip = await run(command, ['-m', 'pip', '--version']);
    if (pip.exitCode === 0) return { command, version };
    withoutPip ??= version;
  }
  throw fail('BACKEND_PYTHON', {
    asked: 'Python 3 with pip is needed to fetch TensorFlow',
    got: withoutPip === undefined ? 'no Python 3' : `Python ${withoutPip} without pip`,
    fix: 'Install it (Debian, Ubuntu: apt-get install python3 python3-pip; Fedora: dnf install python3-pip; macOS: brew install python), or set PYTHON to an interpreter.',
  });
}
