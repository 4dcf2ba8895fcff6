import { fitLabel, labelWidth } from './fit-label.js';
import { placeLabels } from './place-labels.js';

/** Room for the names at the ends: what the widest takes, within bounds, in pixels. */
const NAMES = { gap: 22, least: 60, most: 210 };
/** From one name to the next, in pixels. */
export const LABEL_HEIGHT = 16;

interface Ended {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** The names of lines at their last points, moved apart where they would collide. */
export function endLabels(lines: readonly Ended[], ys: readonly [number, number], pixels: number) {
  const last = lines.map(({ points }) => points.at(-1)!);
  const gap = (LABEL_HEIGHT * (ys[1] - ys[0])) / pixels;
  const placed = placeLabels(
    last.map(([, py]) => py),
    gap,
    ys,
  );
  return lines.map(({ label, colour }, i) => ({
    label: fitLabel(label, NAMES.most - NAMES.gap),
    colour,
    px: last[i]![0],
    labelY: placed[i]!,
  }));
}

/** The margin that labels take. */
export function roomFor(labels: readonly { readonly label: string }[]): number {
  const longest = Math.max(0, ...labels.map(({ label }) => labelWidth(label)));
  return Math.min(Math.max(NAMES.gap + longest, NAMES.least), NAMES.most);
}
