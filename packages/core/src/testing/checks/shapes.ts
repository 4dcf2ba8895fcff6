import { tensor2d } from '@tensorflow/tfjs-core';

import { assertRouting } from '../../layer/assert-routing.js';
import type { Router } from '../../contract/router.js';
import type { ReadLoss } from '../read-routing.js';
import { readRouting, scoped } from '../read-routing.js';
import { randomBatch, tensorsOf } from '../batch.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/** Every member has its shape and type, in training and evaluation, with and without the logits of the layer before. */
export function checkShapes(subject: Subject): void {
  withRouter(subject, (router) => {
    describesItself(router);
    for (const training of [true, false]) {
      for (const afterAnotherLayer of [false, true]) {
        const routing = scoped(() => {
          const { x, context } = tensorsOf(randomBatch(subject, 7), { training });
          const previousLogits = tensor2d(new Float32Array(7 * router.numExperts).fill(0.1), [
            7,
            router.numExperts,
          ]);
          const given = afterAnotherLayer ? { ...context, previousLogits } : context;
          const made = router.route(x, given);
          assertRouting(made, router, 7, x.shape[1]);
          return readRouting(made);
        });
        routing.losses.forEach(lossIsDeclared);
        namesDiffer(routing.losses);
      }
    }
  });
}

function describesItself(router: Router): void {
  const k = router.expertsPerToken;
  const members: [boolean, string, unknown][] = [
    [typeof router.name === 'string' && router.name !== '', 'name', router.name],
    [typeof router.causal === 'boolean', 'causal', router.causal],
    [k === null || (k >= 0 && k <= router.numExperts), 'expertsPerToken', k],
    [router.flopsPerToken() >= 0, 'flopsPerToken()', router.flopsPerToken()],
  ];
  for (const [holds, member, got] of members) {
    ensure(holds, {
      asked: `Router.${member} must describe the router`,
      got: String(got),
      fix: 'Reports and matched-compute comparisons use it.',
    });
  }
}

function lossIsDeclared({ name, value, coefficient, atBalance }: ReadLoss): void {
  const declared =
    name !== '' && Number.isFinite(coefficient) && (atBalance === null || atBalance >= 0);
  ensure(declared && Number.isFinite(value), {
    asked:
      'Each loss must have a name, a finite value, a finite coefficient and atBalance (a number or null)',
    got: JSON.stringify({ name, value, coefficient, atBalance }),
    fix: 'Return { name, value, coefficient, atBalance } for it.',
  });
}

function namesDiffer(losses: readonly ReadLoss[]): void {
  const names = losses.map(({ name }) => name);
  ensure(new Set(names).size === names.length, {
    asked: 'Losses of one router must have different names',
    got: names.join(', '),
    fix: 'Logs keep one column per name.',
  });
}
