import { expect, test } from 'vitest';

import { heatMap } from '../../src/report/charts/heat-map.js';
import { linesChart } from '../../src/report/charts/lines.js';
import { pointsChart } from '../../src/report/charts/points.js';
import { heat, shadedPicture } from '../../src/report/page/picture.js';

const point = { label: '<router & co>', mark: '1', colour: 'var(--series-0)', x: 1e5, y: 3.4 };
const chart = () =>
  String(
    pointsChart({
      points: [point, { ...point, label: 'other', mark: '2', y: 3.45 }],
      x: 'FLOPs',
      y: 'bits',
      reference: { label: 'far away', value: 9 },
      description: 'Quality against "compute"',
    }),
  );

test('the same data draw the same picture, escaped, described, without a namespace or a fixed size', () => {
  const svg = chart();
  expect(chart()).toBe(svg);
  expect(svg).toContain('&lt;router &amp; co&gt;');
  expect(svg).toMatch(/^<div class="chart"><div class="wide"><svg [^>]*role="img"/);
  expect(svg).toContain('aria-label="Quality against &quot;compute&quot;"');
  expect(svg).not.toMatch(/xmlns|http|<style|<svg [^>]* width=/);
});

test('a reference is drawn where it is near and left out where it would flatten the rest', () => {
  expect(chart()).not.toContain('far away');
  const lines = [
    {
      label: 'a',
      colour: 'red',
      points: [
        [0, 4],
        [1, 3],
      ] as const,
    },
  ];
  const input = { lines, x: 'step', y: 'bits', description: 'd' };
  expect(String(linesChart({ ...input, reference: { label: 'bigram', value: 3.5 } }))).toContain(
    'bigram',
  );
});

test('an empty chart is a chart', () => {
  expect(String(linesChart({ lines: [], x: 'step', y: 'bits', description: 'd' }))).toContain(
    '<svg',
  );
  const map = { values: [], top: 1, x: 'expert', rowNames: [], description: 'd' };
  expect(String(heatMap(map))).toMatch(/^<svg (?!.*NaN)/);
});

test('a picture has one rectangle a patch, coloured by its compute, and one a pixel of ink', () => {
  const patch = { y: 0, width: 2, height: 2 };
  const svg = String(
    shadedPicture({
      width: 4,
      height: 2,
      pixels: [0, 255, 0, 0, 0, 0, 3, 0],
      patches: [
        { ...patch, x: 0, compute: 1 },
        { ...patch, x: 2, compute: 0 },
      ],
      description: 'd',
    }),
  );
  expect(svg.match(/<rect /g)).toHaveLength(3);
  expect(svg).toContain(`fill="${heat(1)}"><title>1.00</title>`);
  expect(svg).toContain(`fill="${heat(0)}"><title>0.00</title>`);
  expect(svg).toContain('<rect x="1" y="0" width="1" height="1" fill-opacity="1.00"/>');
  expect(heat(0)).toBe('#3b2f6b');
  expect(heat(7)).toBe('#f2d545');
});
