import type { Markup } from '../markup.js';
import { markup } from '../markup.js';

/**
 * A drawing of one row of a table. Places are per cent of its width and heights are pixels, so it stretches with its cell
 * while its lines, dots and text keep their size.
 */
export function strip(content: readonly Markup[]): Markup {
  return markup`<svg aria-hidden="true" height="${STRIP_HEIGHT}">${content}</svg>`;
}

export const STRIP_HEIGHT = 26;

/** A value's place on a scale, in per cent. */
export function place([low, high]: readonly [number, number], value: number): number {
  return round(100 * ((value - low) / (high - low)));
}

/** Two digits: a hundredth of a per cent is a tenth of a pixel. */
const round = (value: number) => Math.round(100 * value) / 100;

/** Values of a scale to write at it: round ones, about `most`, never past its ends. */
export function ticksOf([low, high]: readonly [number, number], most = 5): readonly number[] {
  const step = roundStep((high - low) / most);
  if (!(step > 0) || !Number.isFinite(step)) return [];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** The least of 1, 2 or 5 times a power of ten that is no smaller. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}
