import type { Activation } from '@moekit/core';
import { createRng } from '@moekit/core';
import type { NaiveExpert, NaiveLayer } from '@moekit/core/testing';
import { naiveLayer, naiveLayerGradients } from '@moekit/core/testing';
import { describe, expect, it } from 'vitest';

const [T, D, F, E] = [3, 3, 4, 2];
const rng = createRng(9);
const vector = (n: number) => Array.from({ length: n }, () => rng.normal());
const matrix = (n: number, m: number) => Array.from({ length: n }, () => vector(m));

const expert = (activation: Activation): NaiveExpert => ({
  input: matrix(D, F),
  ...(activation === 'swiglu' && { gate: matrix(D, F) }),
  output: matrix(F, D),
  inputBias: vector(F),
  outputBias: vector(D),
});

/** Every number reachable in a value, as getters and setters. */
function* leaves(value: unknown): Generator<{ get(): number; set(to: number): void }> {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    if (typeof holder[key] !== 'number') yield* leaves(holder[key]);
    else yield { get: () => holder[key] as number, set: (to) => void (holder[key] = to) };
  }
}

describe('the naive layer', () => {
  it('computes a case worked out by hand', () => {
    // relu(2*1 - 1) = 1 in unit 0, relu(-2) = 0 in unit 1; times 3 plus 0.5, weighted by 0.25
    const one: NaiveExpert = {
      input: [[1, -1]],
      output: [[3], [7]],
      inputBias: [-1, 0],
      outputBias: [0.5],
    };
    const layer = { activation: 'relu', experts: [one, one] } as const;
    const decision = { dispatchMask: [[1, 0]], combineWeights: [[0.25, 0.9]] };
    expect(naiveLayer(layer, [[2]], decision)).toEqual([[0.25 * 3.5]]);
    const constant = [[5]];
    expect(naiveLayer(layer, [[2]], { ...decision, constant })).toEqual([[5 + 0.25 * 3.5]]);
    expect(naiveLayer({ ...layer, sharedExpert: one }, [[2]], decision)).toEqual([[1.25 * 3.5]]);
  });

  it.each<Activation>(['relu', 'gelu', 'swiglu'])(
    'has the gradients of float64 central differences: %s',
    (activation) => {
      const layer: NaiveLayer = {
        activation,
        experts: Array.from({ length: E }, () => expert(activation)),
        sharedExpert: expert(activation),
      };
      const x = matrix(T, D);
      const dispatchMask = [[1, 1], [0, 1], [0, 0]]; // prettier-ignore
      const decision = { dispatchMask, combineWeights: matrix(T, E), constant: matrix(T, D) };
      const dy = matrix(T, D);
      const objective = () =>
        naiveLayer(layer, x, decision)
          .flat()
          .reduce((sum, y, i) => sum + y * dy.flat()[i]!, 0);
      const gradients = naiveLayerGradients(layer, x, decision, dy);
      const pairs: [unknown, unknown][] = [
        [x, gradients.x],
        [decision.combineWeights, gradients.combineWeights],
        [decision.constant, gradients.constant],
        [layer.sharedExpert, trim(gradients.sharedExpert, layer.sharedExpert)],
        ...layer.experts.map((e, i): [unknown, unknown] => [e, trim(gradients.experts[i], e)]),
      ];
      for (const [values, gradient] of pairs) {
        const wanted = [...leaves(gradient)];
        const places = [...leaves(values)];
        expect(places.length).toBe(wanted.length);
        places.forEach((place, i) => {
          const at = place.get();
          place.set(at + 1e-5);
          const up = objective();
          place.set(at - 1e-5);
          const down = objective();
          place.set(at);
          expect(Math.abs((up - down) / 2e-5 - wanted[i]!.get())).toBeLessThan(1e-7);
        });
      }
    },
  );
});

/** The gradient's members in the order of the expert's, without those it does not have. */
function trim(gradient: unknown, like: unknown): unknown {
  const from = gradient as Record<string, unknown>;
  return Object.fromEntries(Object.keys(like as object).map((key) => [key, from[key]]));
}
