import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { PACKAGE } from '../tensorflow/manifest.js';
import { fail } from '../errors.js';
import { runProcess } from '../process/run-process.js';
import { plainNpm } from './install-package.js';
import { lastError } from './network.js';

export interface Build {
  /** The npm project that holds the package. */
  readonly project: string;
  /** Unpacked libraries and headers. */
  readonly deps: string;
  /** Folder to build in; the binding ends under `lib/napi-v8`. */
  readonly work: string;
  /** Which compiler. */
  readonly compiler: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const SOURCES = ['binding', 'binding.gyp', 'package.json'];

/**
 * Compiles the package's binding with its own build, in a copy of its sources.
 * @throws BACKEND_BUILD
 */
export async function buildBinding({
  project,
  deps,
  work,
  compiler,
  signal,
}: Build): Promise<void> {
  for (const name of SOURCES) {
    cpSync(join(project, PACKAGE, name), join(work, name), { recursive: true });
  }
  symlinkSync(deps, join(work, 'deps'));
  mkdirSync(join(work, 'lib'));
  const { exitCode, stdout, stderr } = await runProcess(
    'npm',
    ['run', '--silent', 'build-addon-from-source'],
    { cwd: work, signal, env: buildEnvironment(project, compiler) },
  );
  if (exitCode === 0 && existsSync(join(work, 'lib', 'napi-v8', 'tfjs_binding.node'))) return;
  throw fail('BACKEND_BUILD', {
    asked: `The binding does not compile against this TensorFlow: ${compilerError(`${stdout}\n${stderr}`)}`,
    fix: 'It needs g++ 9 or clang 10 at least. Leave out --tensorflow to use the version that moekit is tested with.',
  });
}

function buildEnvironment(project: string, compiler: Readonly<Record<string, string>>) {
  const prefix = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  return {
    ...plainNpm(process.env),
    ...compiler,
    PATH: [join(project, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
    npm_config_jobs: 'max',
    ...(hasHeaders ? { npm_config_nodedir: prefix } : {}),
    ...(process.platform === 'darwin' ? { LDFLAGS: '-Wl,-rpath,@loader_path/../../deps/lib' } : {}),
  };
}

function compilerError(output: string): string {
  return (
    output
      .split('\n')
      .find((line) => /\berror:/.test(line))
      ?.trim() ?? lastError(output)
  );
}
