import type { Router } from '../../contract/router.js';
import type { Batch } from '../batch.js';
import { inSequences, randomBatch, sequencesFrom, withSequences } from '../batch.js';
import { firstDifference, firstLossDifference } from '../compare.js';
import { pickRouting } from '../pick-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

const ORDER = [2, 0, 3, 1] as const;
const LENGTH = 5;
const dropFree = { dropFree: true };

/** Sequences of a batch are interchangeable, and strangers to one another where the router is causal. */
export function checkSequences(subject: Subject): void {
  const tokens = ORDER.length * LENGTH;
  const batch = inSequences(randomBatch(subject, tokens), ORDER.length);
  const other = inSequences(randomBatch(subject, tokens, { seed: 2, scale: 3 }), ORDER.length);
  withRouter(subject, (router) => {
    areInterchangeable(router, batch);
    if (!router.causal) return;
    areStrangers(router, batch, other);
    goForward(router, batch, other);
  });
}

function areInterchangeable(router: Router, batch: Batch): void {
  const rows = ORDER.flatMap((s) => rowsOf(s, LENGTH));
  const permuted = routeBatch(router, withSequences(batch, ORDER), dropFree);
  const expected = pickRouting(routeBatch(router, batch, dropFree), rows);
  const difference = firstDifference(permuted, expected) ?? firstLossDifference(permuted, expected);
  ensure(difference === undefined, {
    asked: 'Permuting the sequences of a batch must permute their routing',
    got: String(difference),
    fix: 'Rows are batch-major: token t is in sequence floor(t / length), at position t % length.',
  });
}

/** Each sequence is routed as if it were alone. */
function areStrangers(router: Router, batch: Batch, other: Batch): void {
  const routed = routeBatch(router, batch, dropFree);
  for (const [s] of ORDER.entries()) {
    const own = pickRouting(routed, rowsOf(s, LENGTH));
    const alone = routeBatch(router, sequencesFrom(batch, s, 1), dropFree);
    const among = routeBatch(
      router,
      mixed(other, batch, (t) => inSequence(t, s)),
      dropFree,
    );
    for (const [when, routing] of [
      ['left out', alone],
      ['changed', pickRouting(among, rowsOf(s, LENGTH))],
    ] as const) {
      const difference = firstDifference(own, routing);
      ensure(difference === undefined, {
        asked: 'A causal router must decide for a sequence without the others of the batch',
        got: `${difference} in sequence ${s} once the others were ${when}`,
        fix: 'Reshape [T,E] to [batch, length, E] before you look across tokens, and along the length alone.',
      });
    }
  }
}

/** Later tokens of each sequence are exchanged; what was decided before them must stay. */
function goForward(router: Router, batch: Batch, other: Batch): void {
  const routed = routeBatch(router, batch, dropFree);
  for (let kept = 1; kept < LENGTH; kept++) {
    const isKept = (t: number) => t % LENGTH < kept;
    const changed = routeBatch(router, mixed(other, batch, isKept), dropFree);
    const rows = Array.from({ length: batch.tokens }, (_, t) => t).filter(isKept);
    const difference = firstDifference(pickRouting(routed, rows), pickRouting(changed, rows));
    ensure(difference === undefined, {
      asked: `A causal router must decide for the first ${kept} tokens of a sequence without its later ones`,
      got: `${difference} once the later tokens were changed`,
      fix: 'Declare causal: false, or look along a sequence backwards only (cumsum over the length).',
    });
  }
}

const rowsOf = (sequence: number, length: number) =>
  Array.from({ length }, (_, i) => sequence * length + i);

const inSequence = (t: number, sequence: number) => Math.floor(t / LENGTH) === sequence;

/** `kept` tokens of one batch, the others of another. */
function mixed(other: Batch, batch: Batch, isKept: (t: number) => boolean): Batch {
  const pick = <Values extends Float32Array | Int32Array>(
    from: Values,
    to: Values,
    width: number,
  ) => to.map((value, i) => (isKept(Math.floor(i / width)) ? from[i]! : value)) as Values;
  return {
    ...batch,
    x: pick(batch.x, other.x, batch.width),
    tokenIds: pick(batch.tokenIds, other.tokenIds, 1),
  };
}
