import { MoELayer } from '../../layer/moe-layer.js';
import { FeedForwardExperts } from '../../experts/feed-forward.js';
import { totalRouterLoss } from '../../losses/total.js';
import type { Router } from '../../contract/router.js';
import { decodeRoutingStats } from '../../stats/decode.js';
import { encodeRoutingStats } from '../../stats/encode.js';
import { add, sum, variableGrads } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';

import type { Batch } from '../batch.js';
import { randomBatch, tensorsOf } from '../batch.js';
import { scoped } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** In a layer padding may hold anything: NaN, infinity, or be all there is. Nothing of it comes out. */
export function checkPadding(subject: Subject): void {
  withRouter(subject, (router) => {
    for (const content of [0, NaN, Infinity, 1e30]) {
      for (const kept of [[0, 3, 4], [5], []]) {
        staysFinite(stepOf(subject, router, padded(subject, content, kept)), content, kept.length);
      }
    }
  });
}

function padded(subject: Subject, content: number, kept: readonly number[]): Batch {
  const batch = randomBatch(subject, 6);
  const tokenMask = Float32Array.from({ length: 6 }, (_, t) => +kept.includes(t));
  const x = batch.x.map((v, i) => (tokenMask[Math.floor(i / batch.width)] === 1 ? v : content));
  return { ...batch, x, tokenMask };
}

type Numbers = Readonly<Record<string, ArrayLike<number>>>;

/** Output, losses, gradients and statistics of one training step. */
function stepOf({ spec }: Subject, router: Router, batch: Batch): Numbers {
  const experts = new FeedForwardExperts({ ...spec, expertWidth: 4, activation: 'gelu' });
  const shared = { ...spec, numExperts: 1, expertWidth: 4 };
  const sharedExpert = new FeedForwardExperts(shared);
  const layer = new MoELayer({ router, experts, sharedExpert });
  try {
    return scoped(() => {
      const { x, context } = tensorsOf(batch, { training: true });
      const seen: Record<string, ArrayLike<number>> = {};
      const { value, grads } = variableGrads(() => {
        const { output, routing } = layer.call(x, context);
        seen['output'] = output.dataSync();
        const stats = encodeRoutingStats(routing, context.tokenMask).dataSync<'float32'>();
        seen['statistics'] = stats;
        seen['entropy'] = [decodeRoutingStats(stats).entropy];
        return add<Scalar>(sum(output), totalRouterLoss(routing.losses));
      }, layer.variables().filter(({ trainable }) => trainable)); // prettier-ignore
      const gradients = Object.values(grads).flatMap((g) => (g ? [...g.dataSync()] : []));
      return { ...seen, losses: value.dataSync(), gradients };
    });
  } finally {
    [experts, sharedExpert].forEach((part) => part.dispose());
  }
}

function staysFinite(numbers: Numbers, content: number, tokens: number): void {
  const [name] = Object.entries(numbers).find(([, values]) => !Array.from(values).every(Number.isFinite)) ?? []; // prettier-ignore
  ensure(name === undefined, {
    asked: `Padding of ${content} next to ${tokens} tokens must not reach ${name}`,
    got: 'NaN or infinity',
    fix: 'Padding tokens are rows of 0: guard norms and divisions, and clear rows with maskTokens, because 0 times infinity is NaN.',
  });
}
