import { HEAT } from '../charts/colours.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';

/** A picture made of patches, with the compute that each patch got. */
export interface ShadedPicture {
  readonly width: number;
  readonly height: number;
  /** Grey values from 0 (background) to 255 (ink), row by row. */
  readonly pixels: readonly number[];
  readonly patches: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    /** Share of the most that a patch can get. */
    readonly compute: number;
  }[];
  readonly description: string;
}

/** Fainter ink is left out: it would only make the page larger. */
const INK = 26;

/** Ink over patches whose colour is the compute they got, from none (dark) to most (bright). */
export function shadedPicture({ width, height, pixels, patches, description }: ShadedPicture) {
  const shades = patches.map(
    ({ x, y, width: w, height: h, compute }) =>
      markup`<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${heat(compute)}"><title>${compute.toFixed(2)}</title></rect>`,
  );
  const ink = pixels.flatMap((value, i) =>
    value >= INK
      ? [
          markup`<rect x="${i % width}" y="${Math.floor(i / width)}" width="1" height="1" fill-opacity="${(value / 255).toFixed(2)}"/>`,
        ]
      : [],
  );
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}" shape-rendering="crispEdges">${shades}<g fill="#fff">${ink}</g></svg>`;
}

/** The scale's colour for a share of its top. */
export function heat(share: number): string {
  const at = Math.min(Math.max(share, 0), 1) * (HEAT.length - 1);
  const from = Math.min(Math.floor(at), HEAT.length - 2);
  const [a, b] = [channels(HEAT[from]!), channels(HEAT[from + 1]!)];
  const mixed = a.map((value, i) => Math.round(value + (b[i]! - value) * (at - from)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

const channels = (colour: string) =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** The legend of heat maps and pictures. */
export function heatScale(low: string, high: string): Markup {
  return markup`<p class="scale"><span>${low}</span><i style="background:linear-gradient(90deg, ${HEAT.join(', ')})"></i><span>${high}</span></p>`;
}
