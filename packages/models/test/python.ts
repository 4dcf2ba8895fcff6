import { spawnSync } from 'node:child_process';

/** MOEKIT_TEST_PYTHON names an interpreter that has the packages tests compare with. */
const python = process.env['MOEKIT_TEST_PYTHON'] ?? 'python3';

/** Why a package cannot be asked, or `undefined` where it can. */
export function pythonLacks(module: string): string | undefined {
  const { status, error } = spawnSync(python, ['-c', `import ${module}`], { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `${python} ${error ? 'does not start' : `has no ${module}`} (set MOEKIT_TEST_PYTHON)`;
}

/** The JSON that a program prints. */
export function askPython(program: string, ...args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(python, ['-c', program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
