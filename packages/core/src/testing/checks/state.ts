import type { Router, RoutingStats } from '../../contract.js';
import { randomBatch } from '../batch.js';
import { bytesOf } from '../compare.js';
import type { ReadRouting } from '../read-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** State moves by afterStep alone, alike for alike statistics, and belongs to one router. */
export function checkState(subject: Subject): void {
  const batch = randomBatch(subject, 16);
  const bytes = (router: Router) => bytesOf(routeBatch(router, batch, { training: true }));
  withRouter(subject, (stepped) =>
    withRouter(subject, (twin) =>
      withRouter(subject, (untouched) => {
        const fresh = bytes(untouched);
        for (const stats of [lopsided(routeBatch(untouched, batch)), nothing(stepped.numExperts)]) {
          for (let step = 0; step < 3; step++) stepped.afterStep?.(stats);
          for (let step = 0; step < 3; step++) twin.afterStep?.(stats);
        }
        ensure(bytes(untouched) === fresh, {
          asked: 'afterStep of one router must not change another router',
          got: 'a routing that changed',
          fix: 'Keep state in the closure or object that create returns, not at module level.',
        });
        ensure(bytes(stepped) === bytes(twin), {
          asked: 'Routers of one seed and history must route alike',
          got: 'two different routings after equal steps',
          fix: 'Derive updates from the statistics alone.',
        });
        const routed = routeBatch(stepped, batch, { training: true });
        ensure(routed.combineWeights.every(Number.isFinite), {
          asked: 'A router must stay finite after steps, one without any token included',
          got: 'weights that are not finite',
          fix: 'Guard divisions by counts.',
        });
      }),
    ),
  );
}

/** Everything went to expert 0. */
function lopsided({ tokens, experts }: ReadRouting): RoutingStats {
  const tokensPerExpert = Array.from({ length: experts }, (_, e) => (e === 0 ? tokens : 0));
  return {
    ...nothing(experts),
    tokens,
    tokensPerExpert,
    selectedPairs: tokens,
    dispatchedPairs: tokens,
    entropy: 1,
  };
}

/** A step in which every token was padding. */
function nothing(experts: number): RoutingStats {
  return {
    tokens: 0,
    tokensPerExpert: new Array<number>(experts).fill(0),
    selectedPairs: 0,
    dispatchedPairs: 0,
    nullSlots: 0,
    zeroComputeTokens: 0,
    entropy: 0,
    nullMass: 0,
    dilution: 0,
  };
}
