import type { Routing } from '../../contract/routing.js';
import type { Batch } from '../batch.js';
import { randomBatch } from '../batch.js';
import { compareWithDifferences } from '../finite-differences.js';
import type { Gradient } from '../gradients.js';
import { gradientsOf } from '../gradients.js';
import { taskLoss } from '../objectives.js';
import type { Router } from '../../contract/router.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

const training = { training: true };

/** The task loss or a router loss reaches a variable, and every gradient of a variable is right. */
export function checkGateGradient(subject: Subject): void {
  const batch = randomBatch(subject, 8);
  withRouter(subject, (router) => {
    ensure(router.variables().length > 0, {
      asked: 'variables() must list the weights that training changes',
      got: 'an empty list',
      fix: "A router that learns nothing skips this check with a reason: skip: { gateGradient: 'hashes ids' }.",
    });
    const gradients = objectiveGradients(router, batch);
    const reached = gradients.some(([, ...weights]) =>
      weights.some(({ values }) => values.some((g) => g !== 0)),
    );
    ensure(reached, {
      asked: 'A gradient must reach the router weights, from combineWeights or from a loss',
      got: 'zeros for every variable',
      fix: 'Compute combineWeights from probabilities on the tape; only the mask is a constant.',
    });
    router.variables().forEach(({ trainable }, v) => {
      if (!trainable) return; // state that afterStep moves: a constant to the losses
      const ofVariable = gradients.map((of) => of[v + 1]!);
      compareWithDifferences(router, batch, v, ofVariable);
    });
  });
}

/** Gradients with respect to the tokens are right: the layers below learn from them. */
export function checkInputGradient(subject: Subject): void {
  const batch = randomBatch(subject, 8);
  withRouter(subject, (router) => {
    const gradients = objectiveGradients(router, batch);
    compareWithDifferences(
      router,
      batch,
      'x',
      gradients.map((of) => of[0]!),
    );
  });
}

/** For the task loss, then for each router loss: the gradients of x and of every variable. */
function objectiveGradients(router: Router, batch: Batch): Gradient[][] {
  return gradientsOf(router, batch, training, (routing: Routing) => [
    taskLoss(routing),
    ...routing.losses.map(({ value }) => value),
  ]);
}
