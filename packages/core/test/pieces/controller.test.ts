import type { RoutingStats } from '@moekit/core';
import { createController } from '@moekit/core/pieces';
import type { ControllerRule } from '@moekit/core/pieces';
import type { Variable } from '@tensorflow/tfjs-core';
import { memory } from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';

import { onEachBackend } from '../backends.js';

const step = (tokens: number) => ({ tokens }) as RoutingStats;
/** The error is the step's count of tokens: any number will do. */
const rule = (rest: Partial<ControllerRule> = {}): ControllerRule => ({
  initial: 0.25,
  min: -1,
  max: 2,
  proportional: 0.5,
  integral: 0.25,
  error: ({ tokens }) => (Number.isNaN(tokens) ? undefined : tokens),
  ...rest,
});

/** u after each of these errors, by the equations, numbers of a state being float32. */
function outputs(
  errors: readonly number[],
  { initial, min, max, proportional, integral }: ControllerRule,
) {
  const clamp = (u: number) => Math.min(max, Math.max(min, u));
  let sum = initial;
  return errors.map((e) => {
    const next = clamp(sum + integral * e);
    sum = Math.fround(next);
    return Math.fround(clamp(next + proportional * e));
  });
}

onEachBackend('the controller', () => {
  it('answers to the last error and to the sum of all, within its limits', () => {
    const errors = [1, -0.4, 0.3, 3, 3, 3, -1, -9, -9, 0.5, 0];
    const controller = createController(rule());
    const seen = errors.map((e) => {
      controller.afterStep!(step(e), {});
      return controller.output();
    });
    expect(seen).toEqual(outputs(errors, rule()));
    controller.dispose();
  });

  it('leaves a limit with the first error of the other sign', () => {
    const controller = createController(rule({ proportional: 0 }));
    for (let i = 0; i < 50; i++) controller.afterStep!(step(10), {});
    expect(controller.output()).toBe(2);
    controller.afterStep!(step(-1), {});
    expect(controller.output()).toBe(1.75);
    controller.dispose();
  });

  it('starts at its initial value, and stays there after a step that tells nothing', () => {
    const controller = createController(rule());
    expect(controller.output()).toBe(0.25);
    controller.afterStep!(step(NaN), {});
    expect(controller.output()).toBe(0.25);
    controller.dispose();
  });

  it.each([0.2, 1, 1.9])('holds a figure that answers with gain %d times 1 / K_i', (gain) => {
    let figure = 0;
    const controller = createController(
      rule({ min: -100, max: 100, proportional: 0, error: () => 3 - figure }),
    );
    for (let i = 0; i < 200; i++) {
      figure = 4 * gain * controller.output() - 1;
      controller.afterStep!(step(1), {});
    }
    expect(figure).toBeCloseTo(3, 4);
    controller.dispose();
  });

  it('restored from its variables it continues as the other does, bit for bit', () => {
    const [one, other] = [createController(rule()), createController(rule())];
    [0.3, -0.7, 0.11].forEach((e) => one.afterStep!(step(e), {}));
    const [from, to] = [one.variables()[0]!, other.variables()[0]!] as [Variable, Variable];
    expect(from.trainable).toBe(false);
    to.assign(from);
    expect(other.output()).toBe(one.output());
    [one, other].forEach((controller) => controller.afterStep!(step(0.77), {}));
    expect([...to.dataSync()]).toEqual([...from.dataSync()]);
    expect(other.output()).toBe(one.output());
    [one, other].forEach((controller) => controller.dispose());
  });

  it('reads nothing back while it moves, and leaves nothing behind', () => {
    const before = memory().numTensors;
    const controller = createController(rule());
    const read = vi.spyOn(controller.variables()[0]!, 'dataSync');
    for (let i = 0; i < 5; i++) {
      controller.afterStep!(step(i), {});
      controller.output();
    }
    expect(read).not.toHaveBeenCalled();
    controller.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it.each([
    [{ initial: 3 }, /initial of a controller.*at least -1 and at most 2/],
    [{ min: 5 }, /max of a controller.*at least 5/],
    [{ integral: -1 }, /integral of a controller.*at least 0/],
    [{ gain: 1 }, /createController accepts/],
  ])('%j is refused', (rest, message) => {
    expect(() => createController(rule(rest as Partial<ControllerRule>))).toThrow(message);
  });
});
