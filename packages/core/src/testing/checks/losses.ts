import type { Batch } from '../batch.js';
import { randomBatch } from '../batch.js';
import { balancedBatch } from '../balanced-batch.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Relative distance from `atBalance` that is allowed: the batch is balanced to a few percent, not exactly. */
const tolerance = 0.05;

/** Losses are finite everywhere, and at uniform routing they have the value they declare. */
export function checkLosses(subject: Subject): void {
  withRouter(subject, (router) => {
    const everyday: [Batch, boolean][] = [
      [randomBatch(subject, 24), true],
      [randomBatch(subject, 24), false],
    ];
    for (const [batch, training] of everyday) {
      for (const { name, value } of routeBatch(router, batch, { training }).losses) {
        ensure(Number.isFinite(value), {
          asked: `Loss ${name} must be finite`,
          got: String(value),
          fix: 'Guard divisions by counts and logarithms of probabilities.',
        });
      }
    }
    const declared = routeBatch(router, everyday[1]![0]).losses.some((l) => l.atBalance !== null);
    if (!declared) return;
    const balanced = routeBatch(router, balancedBatch(router, subject), { dropFree: true });
    for (const { name, value, atBalance } of balanced.losses) {
      if (atBalance === null) continue;
      ensure(Math.abs(value - atBalance) <= tolerance * Math.max(1, Math.abs(atBalance)), {
        asked: `Loss ${name} must equal its declared atBalance, ${atBalance}, at uniform routing`,
        got: String(value),
        fix: 'Correct atBalance, or the scale of the loss; declare null if it has no such value.',
      });
    }
  });
}
