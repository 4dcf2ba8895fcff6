import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('without-gradients.ts', import.meta.url));

// In a process of its own: this one may have registered gradients for another suite.
it('a layer evaluates without registered gradients, and refuses to train', () => {
  const args = ['--import', 'tsx', '--conditions=@moekit/source', program];
  const said = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const { refusal, evaluated, training } = JSON.parse(said) as Record<string, unknown>;
  expect(refusal).toMatch(/import '@tensorflow\/tfjs'/);
  expect(evaluated).toEqual([1, 2]);
  expect(training).toBe('MOE_NO_GRADIENTS');
});
