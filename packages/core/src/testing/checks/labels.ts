import type { Batch } from '../batch.js';
import { inSequences, randomBatch } from '../batch.js';
import { bytesOf } from '../compare.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Labels say what data a token is from, which no router that is to be used can know; only a control reads them. */
export function checkLabels(subject: Subject): void {
  withRouter(subject, (router) => {
    if (router.reference) return;
    const batch = inSequences(randomBatch(subject, 12), 3);
    const labelled = (of: (t: number) => number): Batch => ({
      ...batch,
      labels: Int32Array.from({ length: 12 }, (_, t) => of(t)),
    });
    for (const training of [true, false]) {
      const routed = [labelled(() => 0), labelled((t) => t % 3), labelled((t) => 5 - t)].map(
        (given) => bytesOf(routeBatch(router, given, { training })),
      );
      ensure(new Set(routed).size === 1, {
        asked: "A router's decision must not change with the labels of its tokens",
        got: `another routing under other labels (${training ? 'training' : 'evaluation'})`,
        fix: 'Read no context.labels; a control of a comparison says so with reference: true.',
      });
    }
  });
}
