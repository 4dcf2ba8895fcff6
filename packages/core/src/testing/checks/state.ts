import type { Tensor } from '@tensorflow/tfjs-core';

import type { Router } from '../../contract/router.js';
import type { RoutingStats } from '../../contract/routing-stats.js';
import type { StepStatistics } from '../../contract/statistics.js';
import { joinStatistics } from '../../stats/statistics.js';
import { randomBatch } from '../batch.js';
import { bytesOf } from '../compare.js';
import type { ReadRouting } from '../read-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** State moves by afterStep alone, alike for alike statistics, belongs to one router, and is saved with it. */
export function checkState(subject: Subject): void {
  withRouter(subject, (stepped) =>
    withRouter(subject, (twin) =>
      withRouter(subject, (fresh) => compare(subject, { stepped, twin, fresh })),
    ),
  );
}

function compare(
  subject: Subject,
  { stepped, twin, fresh }: Record<'stepped' | 'twin' | 'fresh', Router>,
) {
  const batch = randomBatch(subject, 16);
  const routed = (router: Router) => routeBatch(router, batch, { training: true });
  const before = bytesOf(routed(fresh));
  for (const step of [fullStep(routed(fresh)), emptyStep(routed(fresh))]) {
    for (const router of [stepped, twin])
      for (let i = 0; i < 3; i++) {
        router.afterMicroBatch?.(...step);
        router.afterStep?.(...step);
      }
  }
  ensure(bytesOf(routed(fresh)) === before, {
    asked: 'afterStep of one router must not change another router',
    got: 'a routing that changed',
    fix: 'Keep state in the closure or object that create returns, not at module level.',
  });
  ensure(bytesOf(routed(stepped)) === bytesOf(routed(twin)), {
    asked: 'Routers of one seed and history must route alike',
    got: 'two different routings after equal steps',
    fix: 'Derive updates from the statistics alone.',
  });
  ensure(routed(stepped).combineWeights.every(Number.isFinite), {
    asked: 'A router must stay finite after steps, including a step without any token',
    got: 'weights that are not finite',
    fix: 'Guard divisions by counts.',
  });
  restore(fresh, stepped);
  ensure(bytesOf(routed(fresh)) === bytesOf(routed(stepped)), {
    asked: 'A router restored from the variables of another must route as the other does',
    got: 'a different routing after steps',
    fix: 'Keep state in variables made with trainable: false, and list them in variables().',
  });
}

/** As a checkpoint does: the variables of one router, in order, go into another. */
function restore(to: Router, from: Router): void {
  to.variables().forEach((v, i) => v.assign(from.variables()[i] as Tensor));
}

type Step = [RoutingStats, StepStatistics];

/** A step that sent everything to expert 0, with the statistics that the router took from the batch. */
function fullStep(routed: ReadRouting): Step {
  const { tokens, statistics } = routed;
  return [lopsided(routed), joinStatistics([{ tokens, statistics }])];
}

/** A step without a token. */
function emptyStep(routed: ReadRouting): Step {
  const [, statistics] = fullStep(routed);
  const zeros = Object.entries(statistics).map(([name, values]) => [name, values.map(() => 0)]);
  return [nothing(routed.experts), Object.fromEntries(zeros)];
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
    paddedPairs: tokens,
    tokensByExperts: [0, tokens, ...new Array<number>(experts - 1).fill(0)],
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
    paddedPairs: 0,
    tokensByExperts: new Array<number>(experts + 1).fill(0),
    nullSlots: 0,
    zeroComputeTokens: 0,
    entropy: 0,
    nullMass: 0,
    dilution: 0,
  };
}
