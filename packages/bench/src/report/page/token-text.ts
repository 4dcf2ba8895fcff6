import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import { heat } from './picture.js';

/** A colour to write on, and one that can be read there; CSS. */
export interface Highlight {
  readonly background: string;
  readonly ink: string;
}

/** A token of a text and the name of the colour behind it, of those that `highlightSheet` gives a look. */
export interface ColouredToken {
  readonly text: string;
  readonly look: string | undefined;
  /** Shown where the pointer rests. */
  readonly hint: string;
}

/** A text whose tokens have a colour behind them; line breaks stay. */
export function tokenText(tokens: readonly ColouredToken[]): Markup {
  const spans = tokens.map(
    ({ text, look, hint }) =>
      markup`<span title="${hint}"${look !== undefined && markup` class="${look}"`}>${text}</span>`,
  );
  return markup`<p class="tokens">${spans}</p>`;
}

/** The style sheet of looks by name, once for all the texts that have them. */
export function highlightSheet(looks: ReadonlyMap<string, Highlight>): Markup {
  const rules = [...looks].map(
    ([name, { background, ink }]) => markup`.${name}{background:${background};color:${ink}}`,
  );
  return markup`<style>${rules}</style>`;
}

const [DARK, LIGHT] = ['#111418', '#ffffff'];

/** Hues as far apart as they can be, the same in light and dark pages; neighbours differ in lightness too. */
export function expertHighlight(expert: number, numExperts: number): Highlight {
  const hue = Math.round((360 * expert) / Math.max(numExperts, 1));
  return { background: `hsl(${hue} 70% ${expert % 2 === 0 ? 80 : 68}%)`, ink: DARK };
}

/** From none (dark) to `most` (bright), with the ink that contrasts more. */
export function countHighlight(count: number, most: number): Highlight {
  const background = heat(most > 0 ? count / most : 0);
  return { background, ink: luminance(background) > MIDDLE ? DARK : LIGHT };
}

/** The luminance on which dark and light ink contrast alike. */
const MIDDLE = 0.186;

/** Relative luminance of `#rrggbb`, from 0 (black) to 1 (WCAG 2.2). */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
