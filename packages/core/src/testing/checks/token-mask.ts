import type { Router } from '../../contract/router.js';
import type { Batch, Mode } from '../batch.js';
import { inSequences, masked, pickTokens, randomBatch } from '../batch.js';
import { firstDifference, firstLossDifference } from '../compare.js';
import { pickRouting } from '../pick-routing.js';
import type { ReadRouting } from '../read-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

const present = [0, 1, 3, 4, 6, 7, 8, 11];
const isPresent = (t: number) => present.includes(t);

/** Padding gets nothing, takes nothing, and changes nothing for the other tokens. */
export function checkTokenMask(subject: Subject): void {
  const whole = randomBatch(subject, 12);
  const batch = masked(whole, isPresent);
  const otherPadding = masked(
    exchangePadding(whole, randomBatch(subject, 12, { seed: 2 })),
    isPresent,
  );
  withRouter(subject, (router) => {
    for (const mode of [{ dropFree: true }, { training: false }, { training: true }]) {
      for (const inside of [(given: Batch) => given, (given: Batch) => inSequences(given, 3)]) {
        const routed = routeBatch(router, inside(batch), mode);
        getsNothing(routed, batch.tokenMask!);
        const again = onlyPresent(routeBatch(router, inside(otherPadding), mode));
        changesNothing(onlyPresent(routed), again, 'the content of padding was changed');
      }
    }
    // Noise is drawn for the whole batch, so leaving tokens out is compared in evaluation alone.
    for (const mode of [{ dropFree: true }, { training: false }]) {
      const without = routeBatch(router, pickTokens(whole, present), mode);
      const routed = onlyPresent(routeBatch(router, batch, mode));
      changesNothing(routed, without, 'padding was left out');
    }
    onlyPadding(
      router,
      masked(whole, () => false),
      { training: true },
    );
  });
}

function getsNothing(routed: ReadRouting, tokenMask: Float32Array): void {
  const { experts } = routed;
  for (const member of ['dispatchMask', 'selectionMask', 'combineWeights'] as const) {
    const i = routed[member].findIndex((v, at) => v !== 0 && !tokenMask[Math.floor(at / experts)]);
    refuse(member, i < 0 ? undefined : Math.floor(i / experts));
  }
  for (const member of ['zeroSlots', 'copyWeight'] as const) {
    const t = routed[member].findIndex((v, at) => v !== 0 && !tokenMask[at]);
    refuse(`zeroCompute (${member})`, t < 0 ? undefined : t);
  }
  const width = routed.constant.length / routed.tokens;
  const i = routed.constant.findIndex((v, at) => v !== 0 && !tokenMask[Math.floor(at / width)]);
  refuse('zeroCompute (constant)', i < 0 ? undefined : Math.floor(i / width));
}

function refuse(member: string, token: number | undefined): void {
  ensure(token === undefined, {
    asked: `${member} must be 0 for tokens whose tokenMask is 0`,
    got: `a value for padding token ${token}`,
    fix: 'Apply maskTokens(mask, context.tokenMask) to the selection, before capacity.',
  });
}

function changesNothing(a: ReadRouting, b: ReadRouting, when: string): void {
  const difference = firstDifference(a, b) ?? firstLossDifference(a, b);
  ensure(difference === undefined, {
    asked: 'Padding must change neither the routing of other tokens nor the losses',
    got: `${difference} when ${when}`,
    fix: 'Average losses with tokenMean(..., tokenMask) and count tokens with countTokens(...).',
  });
}

function onlyPadding(router: Router, batch: Batch, mode: Mode): void {
  const routed = routeBatch(router, batch, mode);
  const wrong = routed.losses.find(({ value }) => !Number.isFinite(value));
  ensure(wrong === undefined && routed.dispatchMask.every((m) => m === 0), {
    asked: 'A batch of only padding must route nothing and have finite losses',
    got: wrong ? `loss ${wrong.name} = ${wrong.value}` : 'a dispatched token',
    fix: 'Divide by max(count, 1).',
  });
}

function exchangePadding(batch: Batch, other: Batch): Batch {
  const x = other.x.slice();
  for (const t of present) {
    x.set(batch.x.subarray(t * batch.width, (t + 1) * batch.width), t * batch.width);
  }
  return { ...batch, x };
}

function onlyPresent(routed: ReadRouting): ReadRouting {
  return pickRouting(routed, present);
}
