import type { Rng } from '@moekit/core';
import type { Digits } from '@moekit/data';
import { DIGIT_SIDE } from '@moekit/data';

import type { Layout, SceneOptions } from './layout.js';
import type { Scene } from './scene.js';

/** Places tried before digits are put side by side. */
const ATTEMPTS = 50;

interface SceneSettings {
  readonly options: SceneOptions;
  readonly layout: Layout;
  readonly rng: Rng;
  readonly jitter?: number;
}

/**
 * Digits at random places that do not overlap.
 * @param from indices of the images to draw from      @param jitter pixels that each may be moved within its square, each way
 */
export function drawScene(
  digits: Digits,
  from: Int32Array,
  { options, layout, rng, jitter = 0 }: SceneSettings,
): Scene {
  const { minDigits, maxDigits, step } = options;
  const [width, height] = [layout.columns * layout.patch, layout.rows * layout.patch];
  const count = minDigits + rng.integer(maxDigits - minDigits + 1);
  const corners = drawCorners(count, { width, height, step }, rng);
  const shifts = rng.fork('jitter');
  const move = () => shifts.integer(2 * jitter + 1) - jitter;
  const placed = corners.map(({ x, y }) => {
    const image = from[rng.integer(from.length)]!;
    return { image, label: digits.labels[image]!, x, y, shift: { x: move(), y: move() } };
  });
  placed.sort((a, b) => a.y - b.y || a.x - b.x);
  return { width, height, digits: placed };
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

interface Area {
  readonly width: number;
  readonly height: number;
  readonly step: number;
}

function drawCorners(count: number, area: Area, rng: Rng): Corner[] {
  const places = (size: number) => Math.floor((size - DIGIT_SIDE) / area.step) + 1;
  const corners: Corner[] = [];
  for (let attempt = 0; attempt < ATTEMPTS && corners.length < count; attempt++) {
    const corner = {
      x: rng.integer(places(area.width)) * area.step,
      y: rng.integer(places(area.height)) * area.step,
    };
    if (!corners.some((other) => overlap(corner, other))) corners.push(corner);
  }
  return corners.length === count ? corners : drawCells(count, area, rng);
}

function overlap(a: Corner, b: Corner): boolean {
  return Math.abs(a.x - b.x) < DIGIT_SIDE && Math.abs(a.y - b.y) < DIGIT_SIDE;
}

/** Cells of a digit's size, each at most once: there is room for as many digits as the canvas holds. */
function drawCells(count: number, { width, height }: Area, rng: Rng): Corner[] {
  const columns = Math.floor(width / DIGIT_SIDE);
  const cells = Array.from({ length: columns * Math.floor(height / DIGIT_SIDE) }, (_, i) => i);
  return Array.from({ length: count }, () => {
    const cell = cells.splice(rng.integer(cells.length), 1)[0]!;
    return { x: (cell % columns) * DIGIT_SIDE, y: Math.floor(cell / columns) * DIGIT_SIDE };
  });
}
