import type { Routing } from '../../contract/routing.js';
import type { Batch } from '../batch.js';
import { batchOf, randomBatch } from '../batch.js';
import { gradientsOf } from '../gradients.js';
import type { ReadRouting } from '../read-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Equal, one-sided and huge logits give finite routings and finite gradients. */
export function checkExtremes(subject: Subject): void {
  withRouter(subject, (router) => {
    for (const [input, batch] of extremeBatches(subject)) {
      for (const mode of [{ training: true }, { training: false }]) {
        isFinite(routeBatch(router, batch, mode), input);
      }
      const gradients = gradientsOf(
        router,
        batch,
        { training: true },
        ({ combineWeights, losses }: Routing) => [
          combineWeights,
          ...losses.map(({ value }) => value),
        ],
      ).flat();
      const broken = gradients.find(({ values }) => !values.every(Number.isFinite));
      ensure(broken === undefined, {
        asked: `Gradients must stay finite for ${input}`,
        got: `NaN or infinity in the gradient of ${broken?.of ?? ''}`,
        fix: 'Subtract the row maximum before exp, add a small constant before log and division.',
      });
    }
  });
}

/** Zeros tie all logits of a linear gate; scaled unit vectors single experts out; 1e4 overflows a naive exp. */
function extremeBatches(subject: Subject): [string, Batch][] {
  const width = subject.spec.modelWidth;
  const units = new Float32Array(8 * width);
  for (let t = 0; t < 8; t++) units[t * width + (t % width)] = t % 2 === 0 ? 100 : -100;
  return [
    ['all-zero tokens', batchOf(new Float32Array(8 * width), width)],
    ['equal tokens', batchOf(new Float32Array(8 * width).fill(0.5), width)],
    ['one-hot tokens', batchOf(units, width)],
    ['tokens of scale 1e4', randomBatch(subject, 8, { scale: 1e4 })],
  ];
}

function isFinite(routed: ReadRouting, input: string): void {
  const members = ['combineWeights', 'logits', 'probs', 'zeroMass', 'copyWeight'] as const;
  const member =
    members.find((name) => !routed[name].every(Number.isFinite)) ??
    routed.losses.find(({ value }) => !Number.isFinite(value))?.name;
  ensure(member === undefined, {
    asked: `A routing must be finite for ${input}`,
    got: `NaN or infinity in ${member}`,
    fix: 'Use softmax and logSumExp of tfjs, which subtract the row maximum.',
  });
  ensure(
    routed.dispatchMask.every((m) => m === 0 || m === 1),
    {
      asked: `dispatchMask must stay 0 or 1 for ${input}`,
      got: 'another value',
      fix: 'Build it with select(...).',
    },
  );
}
