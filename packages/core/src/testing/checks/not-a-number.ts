import { isMoekitError } from '@moekit/kernels';

import { randomBatch } from '../batch.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** A NaN or infinity in the input is refused with a coded error at once. */
export function checkNotANumber(subject: Subject): void {
  withRouter(subject, (router) => {
    for (const bad of [NaN, Infinity]) {
      const batch = randomBatch(subject, 6);
      batch.x[2 * batch.width + 1] = bad;
      let thrown: unknown;
      try {
        routeBatch(router, batch, { training: true });
      } catch (error) {
        thrown = error;
      }
      ensure(isMoekitError(thrown), {
        asked: `${bad} in a token must be refused with a MoekitError`,
        got: thrown === undefined ? 'a routing' : String(thrown),
        fix: 'selectTopK and selectThreshold refuse it themselves; otherwise check the logits before deciding.',
      });
    }
  });
}
