import { assertKinds } from '../arguments/assert-kinds.js';
import { assertMembers, assertNumber } from '../arguments/assert-arguments.js';
import type { RouterState } from '../contract/router-state.js';
import type { RoutingStats } from '../contract/routing-stats.js';
import type { StepStatistics } from '../contract/statistics.js';
import { assignNumbers, createNumbers, numbersOf } from './known-numbers.js';

export interface ControllerRule {
  /** u at the start. */
  readonly initial: number;
  /** The least and the greatest u. */
  readonly min: number;
  readonly max: number;
  /** K_p, the answer to the error of the last step. */
  readonly proportional: number;
  /** K_i, the answer to the errors of all steps. */
  readonly integral: number;
  /** e of a step, above 0 where u is to grow; undefined where the step tells nothing (no token). */
  readonly error: (stats: RoutingStats, statistics: StepStatistics) => number | undefined;
}

/** A number that holds a figure of the steps at its target: a threshold, a coefficient, a temperature. */
export interface Controller extends RouterState {
  /** u, on the host: reading it waits for no device. */
  output(): number;
}

/**
 * A proportional-integral controller.
 * Formula:  I <- clamp(I + K_i e),  u = clamp(I + K_p e)   after each step, to [min, max];  I = initial at first.
 * The sum I does not wind up: it is kept within the limits of u, so u leaves a limit with the first error of the other
 * sign. A figure that answers to u with a gain g settles while K_i g < 2.
 * State: float32 [2], I and u.      Gradient: none.      @throws MOE_OPTIONS
 */
export function createController(rule: ControllerRule): Controller {
  assertRule(rule);
  const { initial, min, max, proportional, integral, error } = rule;
  const state = createNumbers([initial, initial]);
  const clamp = (u: number) => Math.min(max, Math.max(min, u));
  return {
    output: () => numbersOf(state)[1]!,
    afterStep: (stats, statistics) => {
      const e = error(stats, statistics);
      if (e === undefined) return;
      const sum = clamp(numbersOf(state)[0]! + integral * e);
      assignNumbers(state, [sum, clamp(sum + proportional * e)]);
    },
    variables: () => [state],
    dispose: () => state.dispose(),
  };
}

function assertRule(rule: ControllerRule): void {
  assertMembers('createController', rule, [
    'initial',
    'min',
    'max',
    'proportional',
    'integral',
    'error',
  ]);
  assertKinds('createController', rule, { error: 'function' });
  const { initial, min, max, proportional, integral } = rule;
  assertNumber('min of a controller', min);
  assertNumber('max of a controller', max, { min });
  assertNumber('initial of a controller', initial, { min, max });
  assertNumber('proportional of a controller', proportional, { min: 0 });
  assertNumber('integral of a controller', integral, { min: 0 });
}
