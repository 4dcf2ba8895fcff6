import { expect, test } from 'vitest';

import { STYLE } from '../../src/report/page/style/index.js';

type Triple = readonly [number, number, number];

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const VIEWS: Readonly<Record<string, readonly Triple[]>> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], // prettier-ignore
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]], // prettier-ignore
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]], // prettier-ignore
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]], // prettier-ignore
};

const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function linear(colour: string): Triple {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;
}

/** CIE L*a*b* under D65. */
function lab(rgb: Triple): Triple {
  const root = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = root(dot([0.4124, 0.3576, 0.1805], rgb) / 0.95047);
  const y = root(dot([0.2126, 0.7152, 0.0722], rgb));
  const z = root(dot([0.0193, 0.1192, 0.9505], rgb) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function seen(colour: string, view: readonly Triple[]): Triple {
  const clamp = (value: number) => Math.min(Math.max(value, 0), 1);
  return lab(view.map((row) => clamp(dot(row, linear(colour)))) as unknown as Triple);
}

/** The colours of rows in the light scheme and in the dark one, with the card behind them. */
const schemes = STYLE.split('prefers-color-scheme: dark').map((text) => {
  const of = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(text)![1]!;
  const rows = [...Array.from({ length: 8 }, (_, i) => of(`series-${i}`)), of('baseline'), of('other')]; // prettier-ignore
  return { card: of('card'), rows };
});

test.each(Object.entries(VIEWS))('colours of rows differ, seen with %s', (_, view) => {
  expect(schemes).toHaveLength(2);
  for (const { rows } of schemes) {
    const colours = rows.map((colour) => seen(colour, view));
    colours.forEach((a, i) =>
      colours.slice(i + 1).forEach((b, j) => {
        const apart = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        expect(apart, `${rows[i]} and ${rows[i + 1 + j]}`).toBeGreaterThan(20);
      }),
    );
  }
});

test('each contrasts with the card behind it, 3:1 at least', () => {
  const light = (colour: string) => dot([0.2126, 0.7152, 0.0722], linear(colour));
  for (const { card, rows } of schemes) {
    for (const colour of rows) {
      const [high, low] = [light(colour), light(card)].sort((a, b) => b - a) as [number, number];
      expect((high + 0.05) / (low + 0.05), colour).toBeGreaterThanOrEqual(3);
    }
  }
});
