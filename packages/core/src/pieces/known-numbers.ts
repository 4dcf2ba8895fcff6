import type { DataId, Rank, Variable } from '@tensorflow/tfjs-core';
import { tensor, tidy } from '@tensorflow/tfjs-core';

import { assertKinds } from '../arguments/assert-kinds.js';
import { parameter } from '../contract/parameter.js';
import { fail } from '../errors.js';

/** By the data of a variable, its numbers: what is assigned has data of its own, so a restored checkpoint is seen. */
const known = new WeakMap<DataId, Float32Array>();

/** A state of a few numbers that `numbersOf` knows from the start. @returns float32 [n], not trainable */
export function createNumbers(values: readonly number[]): Variable<Rank.R1> {
  assertKinds('createNumbers', { values }, { values: 'numbers' });
  const numbers = Float32Array.from(values);
  const state = parameter<Rank.R1>(numbers.slice(), [numbers.length], false);
  known.set(state.dataId, numbers);
  return state;
}

/**
 * Moves a small state whose numbers route needs on the host, without reading a device: see `numbersOf`.
 * @param values as many as the variable holds; they become float32, as a checkpoint has them
 */
export function assignNumbers(variable: Variable, values: readonly number[]): void {
  assertKinds('assignNumbers', { variable, values }, { variable: 'tensor', values: 'numbers' });
  assertCount(variable, values);
  const numbers = Float32Array.from(values);
  tidy(() => {
    const next = tensor(numbers.slice(), variable.shape as [number], 'float32');
    known.set(next.dataId, numbers);
    variable.assign(next);
  });
}

/**
 * The numbers of a variable that `assignNumbers` moves. Read from the backend once after a checkpoint was restored, or
 * where the variable is new: values that came from the host are there still.
 */
export function numbersOf(variable: Variable): Float32Array {
  assertKinds('numbersOf', { variable }, { variable: 'tensor' });
  const numbers = known.get(variable.dataId) ?? variable.dataSync<'float32'>().slice();
  known.set(variable.dataId, numbers);
  return numbers;
}

function assertCount({ size }: Variable, values: readonly number[]): void {
  if (values.length === size) return;
  throw fail('MOE_SHAPE', {
    asked: `assignNumbers needs as many numbers as the variable holds, ${size}`,
    got: String(values.length),
    fix: 'Pass that many.',
  });
}
