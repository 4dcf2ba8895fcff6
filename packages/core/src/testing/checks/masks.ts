import type { Router } from '../../contract/router.js';
import type { Batch } from '../batch.js';
import { randomBatch } from '../batch.js';
import { gradientsOf } from '../gradients.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Masks hold 0 and 1 alone, slots whole numbers, and none of them lies on the gradient tape. */
export function checkMasks(subject: Subject): void {
  const batch = randomBatch(subject, 8);
  withRouter(subject, (router) => {
    for (const training of [true, false]) {
      const routing = routeBatch(router, batch, { training });
      areBinary('dispatchMask', routing.dispatchMask);
      areBinary('selectionMask', routing.selectionMask);
      ensure(
        routing.zeroSlots.every((n) => Number.isInteger(n) && n >= 0),
        {
          asked: 'zeroCompute.slots must count slots',
          got: `[${routing.zeroSlots.join(', ')}]`,
          fix: 'Return whole numbers.',
        },
      );
    }
    for (const member of ['dispatchMask', 'selectionMask'] as const) {
      isConstant(router, batch, member);
    }
  });
}

function areBinary(member: string, mask: Float32Array): void {
  const wrong = mask.find((m) => m !== 0 && m !== 1);
  ensure(wrong === undefined, {
    asked: `${member} must hold only 0 and 1`,
    got: String(wrong),
    fix: 'Weights belong in combineWeights; build masks with select(...).',
  });
}

function isConstant(router: Router, batch: Batch, member: 'dispatchMask' | 'selectionMask'): void {
  const gradients = gradientsOf(router, batch, { training: true }, (routing) => [
    routing[member] ?? routing.dispatchMask,
  ])[0]!;
  const reached = gradients.find(({ values }) => values.some((g) => g !== 0));
  ensure(reached === undefined, {
    asked: `${member} must be a constant, because the decision is made outside the gradient tape`,
    got: `a gradient from it to ${reached?.of ?? ''}`,
    fix: 'Decide inside select(scores, (s) => ...) and write combineWeights = mul(probs, mask).',
  });
}
