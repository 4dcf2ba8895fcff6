import { batchOf, randomBatch } from '../batch.js';
import type { ReadRouting } from '../read-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** probs is a distribution for every token, one that opens no gate at all included. */
export function checkProbs(subject: Subject): void {
  const width = subject.spec.modelWidth;
  const batches = [
    randomBatch(subject, 64),
    randomBatch(subject, 64, { seed: 2, scale: 100 }),
    batchOf(new Float32Array(4 * width), width),
  ];
  withRouter(subject, (router) => {
    for (const batch of batches) {
      for (const training of [true, false]) {
        areDistributions(routeBatch(router, batch, { training }));
      }
    }
  });
}

function areDistributions({ probs, zeroMass, selectionMask, tokens, experts }: ReadRouting): void {
  for (let t = 0; t < tokens; t++) {
    const of = (values: Float32Array) => values.subarray(t * experts, (t + 1) * experts);
    const row = of(probs);
    const sum = row.reduce((total, p) => total + p, zeroMass[t]!);
    const closed = of(selectionMask).every((m) => m === 0);
    ensure(row.every((p) => p >= 0) && Math.abs(sum - 1) <= 1e-3, () => ({
      asked:
        'probs must be a distribution: non-negative, each row summing to 1 minus the zero-compute mass',
      got: `a row [${row.join(', ')}] and mass ${zeroMass[t]}${closed ? ', of a token that no gate opens' : ''}`,
      fix: closed
        ? 'Give such a token uniform probabilities, or a zero-compute mass of 1.'
        : 'Normalise the scores (a sigmoid or ReLU gate too): entropy and balance are read from probs.',
    }));
  }
}
