import { memory } from '@tensorflow/tfjs-core';

import type { Router } from '../../contract/router.js';
import { decodeRoutingStats } from '../../stats/decode.js';
import { encodeRoutingStats } from '../../stats/encode.js';
import type { Batch } from '../batch.js';
import { randomBatch, tensorsOf } from '../batch.js';
import { readRouting, scoped } from '../read-routing.js';
import { joinStatistics } from '../../stats/statistics.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Routing leaves no tensor behind and disposes none of its inputs; dispose frees all the rest. */
export function checkLeaks(subject: Subject): void {
  const batch = randomBatch(subject, 6);
  const before = memory().numTensors;
  withRouter(subject, (router) => {
    step(router, batch); // state may be made on the first step
    const held = memory().numTensors;
    step(router, batch);
    step(router, batch);
    same(held, memory().numTensors, 'Two steps', 'Wrap the work of route and afterStep in a tidy.');
  });
  same(
    before,
    memory().numTensors,
    'Creating and disposing a router',
    'Dispose every variable; make them with parameter(...), which keeps no initial tensor.',
  );
}

function step(router: Router, batch: Batch): void {
  const stats = scoped(() => {
    const { x, context } = tensorsOf(batch, { training: true });
    const routing = router.route(x, context);
    ensure(!x.isDisposed && !context.tokenIds!.isDisposed, {
      asked: 'route must not dispose its inputs',
      got: 'a disposed input',
      fix: 'Let the surrounding tidy dispose tensors.',
    });
    const figures = decodeRoutingStats(encodeRoutingStats(routing).dataSync<'float32'>());
    const { statistics } = readRouting(routing);
    return [figures, joinStatistics([{ tokens: figures.tokens, statistics }])] as const;
  });
  router.afterMicroBatch?.(...stats);
  router.afterStep?.(...stats);
}

function same(before: number, after: number, what: string, fix: string): void {
  ensure(before === after, {
    asked: `${what} must leave the number of tensors unchanged`,
    got: `${after - before} more`,
    fix,
  });
}
