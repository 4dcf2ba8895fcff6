import { fail } from '../errors.js';
import type { ProcessResult } from '../process/run-process.js';
import { runProcess } from '../process/run-process.js';

type Run = (command: string, args: readonly string[]) => Promise<ProcessResult>;

/**
 * A C++ compiler and make, as node-gyp needs them.
 * @returns the variables that tell node-gyp which compiler to take
 * @throws BACKEND_COMPILER
 */
export async function findCompiler(
  run: Run = runProcess,
  env = process.env,
): Promise<Record<string, string>> {
  const there = async (command: string) => (await run(command, ['--version'])).exitCode === 0;
  const named = env['CXX'];
  const candidates = named ? [named] : ['g++', 'c++', 'clang++'];
  let found: string | undefined;
  for (const command of candidates)
    if (found === undefined && (await there(command))) found = command;
  const make = (await there('make')) || (await there('gmake'));
  if (found !== undefined && make) return { CXX: found };
  throw fail('BACKEND_COMPILER', {
    asked: 'A C++17 compiler and make are needed to build the binding',
    got: found === undefined ? `none of ${candidates.join(', ')}` : 'no make',
    fix: 'Install them (Debian, Ubuntu: apt-get install g++ make; Fedora: dnf install gcc-c++ make; macOS: xcode-select --install).',
  });
}
