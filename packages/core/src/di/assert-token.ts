import { fail } from '../errors.js';

/** @throws MOE_SPEC where a part is named by anything but a token */
export function assertToken(token: unknown): void {
  if (typeof token === 'symbol') return;
  throw fail('MOE_SPEC', {
    asked: 'A part must be named by a token',
    got: typeof token === 'string' ? JSON.stringify(token) : typeof token,
    fix: 'Use one of tokens, or createToken(name).',
  });
}
