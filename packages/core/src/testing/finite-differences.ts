import { tensor, tidy } from '@tensorflow/tfjs-core';

import type { Router } from '../contract/router.js';
import { createRng } from '../contract/rng.js';
import type { Batch } from './batch.js';
import type { Gradient } from './gradients.js';
import { objectiveValues } from './objectives.js';
import { ensure } from './violation.js';

/** Tried in this order: the larger step has less rounding error, the smaller one flips fewer decisions. */
const STEPS = [1e-2, 2e-3];

/** A parameter of the routing that can be moved: the input, or the variable with that index. */
export type Movable = 'x' | number;

/**
 * Compares gradients with central differences, in the coordinates where they are largest and in a few others.
 * Coordinates in which a step changes the routing decision are left out, for there the objective jumps.
 * Tolerance: 2% of the largest gradient, plus what float32 rounding of the objective makes of a step.
 * @param gradients of `movable`, one for each objective (see objectiveValues)
 * @throws ContractViolation
 */
export function compareWithDifferences(
  router: Router,
  batch: Batch,
  movable: Movable,
  gradients: readonly Gradient[],
): void {
  const start = valuesOf(router, batch, movable);
  const mode = { training: true };
  const { names, values: at, decision } = objectiveValues(router, batch, mode);
  for (const i of coordinates(gradients)) {
    for (const step of STEPS) {
      const ends = [step, -step].map((by) =>
        moved(router, batch, movable, start, i, by, (there) =>
          objectiveValues(router, there, mode),
        ),
      );
      if (ends.some((end) => end.decision !== decision)) continue;
      names.forEach((name, o) => {
        const values = gradients[o]!.values;
        const difference = (ends[0]!.values[o]! - ends[1]!.values[o]!) / (2 * step);
        const largest = values.reduce((max, g) => Math.max(max, Math.abs(g)), 0);
        const rounding = (2e-6 * Math.max(1, Math.abs(at[o]!))) / step;
        ensure(Math.abs(values[i]! - difference) <= 0.02 * largest + rounding, {
          asked: `The gradient of ${name} with respect to ${gradients[o]!.of}[${i}] must match finite differences`,
          got: `${values[i]} instead of about ${difference}`,
          fix: 'Nothing but the decision may be detached: see the gradient rules in docs/writing-a-router.md.',
        });
      });
      break;
    }
  }
}

/** Where any objective has its largest gradients, and four places at random. */
function coordinates(gradients: readonly Gradient[]): number[] {
  const rng = createRng(17);
  const size = gradients[0]!.values.length;
  const largest = gradients.flatMap(({ values }) =>
    [...values.keys()].sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!)).slice(0, 3),
  );
  return [...new Set([...largest, ...Array.from({ length: 4 }, () => rng.integer(size))])];
}

function valuesOf(router: Router, batch: Batch, movable: Movable): Float32Array {
  if (movable === 'x') return batch.x;
  return router.variables()[movable]!.dataSync<'float32'>().slice();
}

/** Moves one coordinate, looks, and puts it back. */
function moved<Result>(
  router: Router,
  batch: Batch,
  movable: Movable,
  start: Float32Array,
  i: number,
  by: number,
  look: (batch: Batch) => Result,
): Result {
  const there = start.slice();
  there[i]! += by;
  if (movable === 'x') return look({ ...batch, x: there });
  const variable = router.variables()[movable]!;
  const assign = (values: Float32Array) =>
    tidy(() => variable.assign(tensor(values, variable.shape)));
  try {
    assign(there);
    return look(batch);
  } finally {
    assign(start);
  }
}
