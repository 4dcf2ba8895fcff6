import fc from 'fast-check';
import { expect, test } from 'vitest';

import { fitLabel, labelWidth } from '../../src/report/charts/fit-label.js';

test('a label that fits stays, a longer one keeps both of its ends', () => {
  expect(fitLabel('dense', 200)).toBe('dense');
  const fitted = fitLabel(`switch_${'with_a_name_'.repeat(20)}end`, 200);
  expect(fitted).toMatch(/^switch_.*….*_end$/);
  expect(fitLabel('two\nlines', 200)).toBe('two lines');
});

test('any text in any room: no wider than the room, no pair cut in half', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('専門家🙂'.repeat(30)));
  fc.assert(
    fc.property(text, fc.integer({ min: 20, max: 400 }), (label, room) => {
      const fitted = fitLabel(label, room);
      expect(labelWidth(fitted)).toBeLessThanOrEqual(room);
      expect(fitted).not.toMatch(/\p{Surrogate}/u);
    }),
    { seed: 1 },
  );
});
