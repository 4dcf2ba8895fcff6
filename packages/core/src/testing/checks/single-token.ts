import { randomBatch } from '../batch.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** One token, as in decoding, is routed like any other batch. */
export function checkSingleToken(subject: Subject): void {
  withRouter(subject, (router) => {
    for (const mode of [{ training: true }, { training: false }, { dropFree: true }]) {
      const { combineWeights, losses } = routeBatch(router, randomBatch(subject, 1), mode);
      const wrong = losses.find(({ value }) => !Number.isFinite(value));
      ensure(wrong === undefined && combineWeights.every(Number.isFinite), {
        asked: 'A batch of one token must give finite weights and losses',
        got: wrong
          ? `loss ${wrong.name} = ${wrong.value}`
          : `weights [${combineWeights.join(', ')}]`,
        fix: 'Round capacity up to at least 1, and divide by counts with a floor of 1.',
      });
    }
  });
}
