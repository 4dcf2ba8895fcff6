import type { Batch } from '../batch.js';
import { pickTokens, randomBatch } from '../batch.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Capacity only takes away from the selection, dropFree takes nothing away, and maxPairs bounds what is left. */
export function checkCapacity(subject: Subject): void {
  withRouter(subject, (router) => {
    for (const mode of [{ training: true }, { training: false }, { dropFree: true }]) {
      const { capacity, ...routed } = routeBatch(router, crowd(subject), mode);
      const { dispatchMask, selectionMask, maxPairs } = routed;
      const pairs = dispatchMask.reduce((sum, m) => sum + m, 0);
      ensure(pairs <= maxPairs, {
        asked: `dispatchMask must hold at most maxPairs, ${maxPairs}, pairs`,
        got: String(pairs),
        fix: 'Give a bound that holds for every batch of this size, or leave maxPairs out.',
      });
      const invented = dispatchMask.findIndex((m, i) => m === 1 && selectionMask[i] === 0);
      ensure(invented < 0, {
        asked: 'dispatchMask must be a subset of selectionMask',
        got: `a pair that is dispatched but was not selected (flat index ${invented})`,
        fix: 'selectionMask is the choice before capacity; limitCapacity(selectionMask, ...) gives dispatchMask.',
      });
      const dropped = dispatchMask.findIndex((m, i) => m === 0 && selectionMask[i] === 1);
      holdsItsRoom(capacity, dispatchMask, router.numExperts, dropped >= 0);
      ensure(!('dropFree' in mode) || dropped < 0, {
        asked: 'With dropFree every selected pair must be dispatched',
        got: `a selected pair that is dropped (flat index ${dropped})`,
        fix: 'Return selectionMask as dispatchMask when context.dropFree is true.',
      });
    }
  });
}

/** The cost of padding to a capacity is counted wherever there is one. */
function holdsItsRoom(capacity: number, mask: Float32Array, experts: number, drops: boolean): void {
  const rows = new Array<number>(experts).fill(0);
  mask.forEach((m, i) => (rows[i % experts]! += m));
  const most = Math.max(...rows);
  ensure(Number.isNaN(capacity) ? !drops : Number.isInteger(capacity) && capacity >= most, {
    asked: `A routing that drops pairs must state its capacity, at least the ${most} rows of its fullest expert`,
    got: Number.isNaN(capacity) ? 'none' : String(capacity),
    fix: 'Return capacity: C in the routing; statistics count the cost of padding to it.',
  });
}

/** Many copies of few tokens, so that their experts overflow. */
function crowd(subject: Subject): Batch {
  const few = randomBatch(subject, 3);
  return pickTokens(
    few,
    Array.from({ length: 48 }, (_, t) => (t % 8 === 0 ? 1 + (t % 2) : 0)),
  );
}
