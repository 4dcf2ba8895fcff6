import type { Attempted } from './attempt.js';
import type { Check } from './verdict.js';

/**
 * One check for each way of each backend. The one that `auto` takes must start: otherwise it is a problem, and with another
 * a warning.
 */
export function checkAttempts(attempts: readonly Attempted[], chosen: string): Check[] {
  return attempts.map(({ backend, variant, works, seconds, cause, fix }) => {
    const name = variant === undefined ? backend : `${backend}, ${variant}`;
    if (works)
      return { verdict: 'ok', text: `${name}: starts and computes right, ${seconds.toFixed(1)} s` };
    const verdict = backend === chosen && variant === undefined ? 'problem' : 'warning';
    return { verdict, text: `${name}: ${cause}`, fix };
  });
}
