import type { Router } from '../../contract/router.js';
import type { RoutingStats } from '../../contract/routing-stats.js';
import type { StepStatistics } from '../../contract/statistics.js';
import { decodeRoutingStats } from '../../stats/decode.js';
import { encodeRoutingStats } from '../../stats/encode.js';
import { joinStatistics } from '../../stats/statistics.js';
import { sumRoutingStats } from '../../stats/sum.js';
import type { Batch } from '../batch.js';
import { inSequences, randomBatch, sequencesFrom, tensorsOf } from '../batch.js';
import { bytesOf } from '../compare.js';
import { readRouting, routeBatch, scoped } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

const PARTS = 3;
const training = { training: true };

/**
 * A step in several micro-batches leaves the state of the same step in one: what `afterMicroBatch` gathered is for the
 * passes in between, and `afterStep` gets the numbers of the whole.
 */
export function checkMicroBatches(subject: Subject): void {
  const batch = inSequences(randomBatch(subject, 4 * PARTS), PARTS);
  withRouter(subject, (router) => movesNothing(router, batch));
  withRouter(subject, (inParts) =>
    withRouter(subject, (atOnce) => {
      for (let step = 0; step < 2; step++) {
        const passes = partsOf(batch).map((part) => passOf(inParts, part));
        passes.slice(0, -1).forEach((pass) => {
          inParts.afterMicroBatch?.(pass.stats, joinStatistics([pass]));
        });
        const whole: [RoutingStats, StepStatistics] = [
          sumRoutingStats(passes.map(({ stats }) => stats)),
          joinStatistics(passes),
        ];
        inParts.afterStep?.(...whole);
        atOnce.afterStep?.(...whole);
        leavesNothing(inParts, atOnce, batch);
      }
    }),
  );
}

/** Nothing moves while nothing is stepped. */
function movesNothing(router: Router, batch: Batch): void {
  const before = stateOf(router);
  partsOf(batch).forEach((part) => routeBatch(router, part, training));
  ensure(stateOf(router) === before, {
    asked: 'State must move in afterMicroBatch and afterStep alone',
    got: 'variables that changed in route',
    fix: 'Hand out what route counts in routing.statistics; afterStep gets it as numbers.',
  });
}

function leavesNothing(inParts: Router, atOnce: Router, batch: Batch): void {
  const routed = [inParts, atOnce].map((router) => bytesOf(routeBatch(router, batch, training)));
  ensure(routed[0] === routed[1] && stateOf(inParts) === stateOf(atOnce), {
    asked:
      'afterStep must leave the same state after one micro-batch and after several of the same tokens',
    got: 'another state where afterMicroBatch was called before it',
    fix: 'Reset in afterStep what afterMicroBatch gathers: its numbers hold all micro-batches of the step.',
  });
}

const partsOf = (batch: Batch) =>
  Array.from({ length: PARTS }, (_, i) => sequencesFrom(batch, i, 1));

/** The numbers of one pass, as a training step reads them. */
function passOf(router: Router, batch: Batch) {
  return scoped(() => {
    const { x, context } = tensorsOf(batch, training);
    const routing = router.route(x, context);
    const stats = decodeRoutingStats(encodeRoutingStats(routing).dataSync<'float32'>());
    return { stats, tokens: stats.tokens, statistics: readRouting(routing).statistics };
  });
}

function stateOf(router: Router): string {
  const state = router.variables().filter(({ trainable }) => !trainable);
  return JSON.stringify(state.map((v) => [...v.dataSync()]));
}
