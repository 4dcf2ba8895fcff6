import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('first-use.ts', import.meta.url));

// In a process of its own: this one may have chosen a backend for another suite.
test('kernels are registered for the only backend, also before the first operation', () => {
  const args = ['--import', 'tsx', '--conditions=@moekit/source', program];
  const said = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const [before, after] = JSON.parse(said) as readonly (string | null)[];
  expect(before).toBeNull();
  expect(after).toBe('cpu');
});
