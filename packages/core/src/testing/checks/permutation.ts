import { createRng } from '../../contract/rng.js';
import { pickTokens, randomBatch } from '../batch.js';
import { firstDifference, firstLossDifference } from '../compare.js';
import { pickRouting } from '../pick-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Permuting the tokens permutes their routing and leaves the losses alone (evaluation, no capacity). */
export function checkPermutation(subject: Subject): void {
  const batch = randomBatch(subject, 11);
  const order = shuffled(batch.tokens);
  const mode = { dropFree: true };
  withRouter(subject, (router) => {
    const permuted = routeBatch(router, pickTokens(batch, order), mode);
    const expected = pickRouting(routeBatch(router, batch, mode), order);
    const difference =
      firstDifference(permuted, expected) ?? firstLossDifference(permuted, expected);
    ensure(difference === undefined, {
      asked: 'Permuting the tokens of a batch must permute their routing',
      got: String(difference),
      fix: 'If positions matter to this router by design, set permutationEquivariant: false.',
    });
  });
}

function shuffled(n: number): number[] {
  const rng = createRng(5);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
