import { isMoekitError } from '@moekit/kernels';

import type { Router } from '../../contract/router.js';
import { assertCausal } from '../../contract/assert-causal.js';
import type { Batch } from '../batch.js';
import { pickTokens, randomBatch } from '../batch.js';
import { firstDifference } from '../compare.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** A router that says causal decides for token t from tokens up to t; one that does not is refused by assertCausal. */
export function checkCausality(subject: Subject): void {
  withRouter(subject, (router) => {
    if (router.causal) decidesWithoutTheFuture(router, subject);
    else isRefused(router);
  });
}

/** Later tokens are exchanged, then left out altogether; what was decided before them must stay. */
function decidesWithoutTheFuture(router: Router, subject: Subject): void {
  const batch = randomBatch(subject, 12);
  const other = randomBatch(subject, 12, { seed: 2, scale: 3 });
  const mode = { dropFree: true };
  const routed = routeBatch(router, batch, mode);
  for (let kept = 1; kept < batch.tokens; kept += 2) {
    const first = Array.from({ length: kept }, (_, t) => t);
    const variants: [string, Batch][] = [
      ['changed', splice(batch, other, kept)],
      ['left out', pickTokens(batch, first)],
    ];
    for (const [how, variant] of variants) {
      const difference = firstDifference(routed, routeBatch(router, variant, mode), kept);
      ensure(difference === undefined, {
        asked: `A causal router must decide for the first ${kept} tokens without the later ones`,
        got: `${difference} once the later tokens were ${how}`,
        fix: 'Declare causal: false, or skip everything that looks across tokens when context.dropFree is true.',
      });
    }
  }
}

function isRefused(router: Router): void {
  let refusal: unknown;
  try {
    assertCausal(router);
  } catch (error) {
    refusal = error;
  }
  ensure(isMoekitError(refusal) && refusal.code === 'MOE_NOT_CAUSAL', {
    asked: 'A router with causal: false must be refused in causal use',
    got: String(refusal),
    fix: 'Make Router.causal a plain false.',
  });
}

function splice(batch: Batch, other: Batch, kept: number): Batch {
  const x = other.x.slice();
  x.set(batch.x.subarray(0, kept * batch.width));
  const tokenIds = other.tokenIds.slice();
  tokenIds.set(batch.tokenIds.subarray(0, kept));
  return { ...batch, x, tokenIds };
}
