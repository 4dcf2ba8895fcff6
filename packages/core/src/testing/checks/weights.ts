import { randomBatch } from '../batch.js';
import type { ReadRouting } from '../read-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Combine weights are finite, and 0 wherever nothing is dispatched; constants are 0 for tokens that took none. */
export function checkWeights(subject: Subject): void {
  withRouter(subject, (router) => {
    for (const training of [true, false]) {
      const routed = routeBatch(router, randomBatch(subject, 24), { training });
      const { combineWeights, dispatchMask, experts } = routed;
      const i = combineWeights.findIndex(
        (weight, at) => !Number.isFinite(weight) || (dispatchMask[at] === 0 && weight !== 0),
      );
      ensure(i < 0, () => ({
        asked: 'combineWeights must be finite, and 0 where dispatchMask is 0',
        got: `${combineWeights[i]} for token ${Math.floor(i / experts)}, expert ${i % experts}`,
        fix: 'Multiply the weights by the dispatch mask as the last step.',
      }));
      constantsAreTaken(routed);
    }
  });
}

function constantsAreTaken({ constant, zeroSlots, tokens }: ReadRouting): void {
  const width = constant.length / tokens;
  const i = constant.findIndex(
    (value, at) =>
      !Number.isFinite(value) || (value !== 0 && zeroSlots[Math.floor(at / width)] === 0),
  );
  ensure(i < 0, () => ({
    asked: 'zeroCompute.constant must be finite, and 0 for a token that took no zero-compute slot',
    got: `${constant[i]} for token ${Math.floor(i / width)}`,
    fix: 'Multiply what a constant gives by the weight of its slot, which is 0 where the slot was not taken.',
  }));
}
