import { randomBatch } from '../batch.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Combine weights are finite, and 0 wherever nothing is dispatched. */
export function checkWeights(subject: Subject): void {
  withRouter(subject, (router) => {
    for (const training of [true, false]) {
      const { combineWeights, dispatchMask, experts } = routeBatch(
        router,
        randomBatch(subject, 24),
        { training },
      );
      const i = combineWeights.findIndex(
        (weight, at) => !Number.isFinite(weight) || (dispatchMask[at] === 0 && weight !== 0),
      );
      ensure(i < 0, () => ({
        asked: 'combineWeights must be finite, and 0 where dispatchMask is 0',
        got: `${combineWeights[i]} for token ${Math.floor(i / experts)}, expert ${i % experts}`,
        fix: 'Multiply the weights by the dispatch mask as the last step.',
      }));
    }
  });
}
