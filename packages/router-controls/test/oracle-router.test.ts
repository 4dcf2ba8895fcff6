import '@tensorflow/tfjs';
import { createRng, createRouter, isMoekitError, routeWith } from '@moekit/core';
import { tensor1d } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';

import { controlRouters, oracleRouter } from '../src/index.js';
import { chosen, largest, products, routed, softmaxOver, spec, tokens } from './routed.js';

const labels = [0, 2, 1, 1, 0, 2, 2, 0, 1, 0];
const context = { labels: tensor1d(labels, 'int32') };
const x = tokens(labels.length);

/** Experts 2l and 2l + 1 are those of label l. */
const block = (t: number) => [2 * labels[t]!, 2 * labels[t]! + 1];

describe('oracle', () => {
  it("chooses the best of its label's experts, by a gate that sees those alone", () => {
    const { weights, mask, combine, probs } = routed(oracleRouter, { numLabels: 3 }, context, {
      x,
    });
    products(x, weights[0]!).forEach((z, t) => {
      const best = largest(z, 1, block(t));
      expect(chosen(mask[t]!)).toEqual(best);
      softmaxOver(z, block(t)).forEach((p, e) => expect(probs[t]![e]).toBeCloseTo(p, 6));
      expect(combine[t]![best[0]!]).toBeCloseTo(1, 6);
    });
  });

  it("takes all of the label's experts where k is their number, weighed by the gate", () => {
    const options = { numLabels: 3, k: 2 };
    const { mask, combine, probs } = routed(oracleRouter, options, context, { x });
    mask.forEach((row, t) => expect(chosen(row)).toEqual(block(t)));
    combine.flat().forEach((w, i) => expect(w).toBeCloseTo(probs.flat()[i]!, 6));
  });

  it('has the loss of an even use at 1, whatever the order of the labels', () => {
    const router = createRouter(oracleRouter, spec, { numLabels: 3, k: 2 });
    const even = tensor1d([0, 1, 2, 2, 1, 0], 'int32');
    const step = { training: true, rng: createRng(1), labels: even };
    const [loss] = routeWith(router, tokens(6), step).losses;
    expect([loss!.name, loss!.coefficient, loss!.atBalance]).toEqual(['load-balancing', 0.01, 1]);
    expect(loss!.value.dataSync()[0]).toBeCloseTo(1, 5);
  });

  it('is refused without labels, with a number of them that the experts cannot share, with k above a share', () => {
    const refused = (options: object, given: object) => {
      try {
        routed(oracleRouter, options, given, { x });
      } catch (error) {
        if (isMoekitError(error)) return `${error.code} ${error.message}`;
      }
      return 'nothing';
    };
    expect(refused({ numLabels: 3 }, {})).toMatch(/^MOE_CONTEXT .*labels/);
    expect(refused({ numLabels: 4 }, context)).toMatch(/^MOE_OPTIONS .*numLabels = 4.*divides 6/);
    expect(refused({ numLabels: 3, k: 3 }, context)).toMatch(/^MOE_OPTIONS .*k = 3.*1 to 2/);
  });
});

it.each(controlRouters)('$name says that it is a control', (plugin) => {
  const router = createRouter(plugin, { ...spec, numExperts: 4 });
  expect(router.reference).toBe(true);
  router.dispose();
});
