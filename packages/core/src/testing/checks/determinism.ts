import { bytesOf } from '../compare.js';
import { randomBatch } from '../batch.js';
import { routeBatch } from '../read-routing.js';
import type { Router } from '../../contract/router.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** The same seed gives the same weights, and the same rng the same routing, byte for byte. */
export function checkDeterminism(subject: Subject): void {
  const batch = randomBatch(subject, 12);
  for (const mode of [{ training: true }, { training: false }]) {
    const once = withRouter(subject, (router) => [
      weightsOf(router),
      bytesOf(routeBatch(router, batch, mode)),
      bytesOf(routeBatch(router, batch, mode)),
    ]);
    const again = withRouter(subject, (router) => [
      weightsOf(router),
      bytesOf(routeBatch(router, batch, mode)),
    ]);
    const when = mode.training ? 'training' : 'evaluation';
    ensure(once[0] === again[0], {
      asked: 'Two routers created from the same seed must start with the same weights',
      got: 'different weights',
      fix: 'Draw initial weights from createRng(spec.seed), never from Math.random.',
    });
    ensure(once[1] === once[2], {
      asked: `Routing the same batch twice with the same rng must give the same bytes (${when})`,
      got: 'two different routings from one router',
      fix: 'Take noise from context.rng only; change state in afterStep, never in route.',
    });
    ensure(once[1] === again[1], {
      asked: `Two routers of the same seed must route alike (${when})`,
      got: 'two different routings',
      fix: 'Keep state inside the router, and no state at module level.',
    });
  }
}

function weightsOf(router: Router): string {
  return router
    .variables()
    .map((v) => Buffer.from(v.dataSync<'float32'>().slice().buffer).toString('base64'))
    .join(' ');
}
