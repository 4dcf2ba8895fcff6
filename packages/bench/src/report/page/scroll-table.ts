import type { Markup } from '../markup.js';
import { markup } from '../markup.js';

export interface ScrollTable {
  /** Its title, also for those who hear the page. */
  readonly caption: string;
  readonly head: readonly string[];
  /** Rows of cells as markup, `<th scope="row">` first. */
  readonly rows: readonly Markup[];
  /** On paper each row becomes a block of named figures; its cells have `data-name`. */
  readonly stacks?: boolean;
}

/** A table that scrolls sideways under its first column, with a line that says so wherever it may have to. */
export function scrollTable({ caption, head, rows, stacks = false }: ScrollTable): Markup {
  const cells = head.map((name) => markup`<th scope="col">${name}</th>`);
  const hint = markup`<p class="hint ${hintFor(head)}">Scroll sideways for all ${head.length} columns →</p>`;
  return markup`${hint}<div class="scroll${stacks && ' stacked'}${head.length >= MANY && ' many'}" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${cells}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Tables of so many columns are set smaller on paper. */
const MANY = 8;

/** The widths below which a table of so many columns does not fit: there is no script to ask. */
function hintFor({ length }: readonly string[]): string {
  if (length <= 3) return 'never';
  if (length <= 6) return 'narrow';
  return length <= 9 ? 'middle' : 'always';
}
