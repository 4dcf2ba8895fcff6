import { format } from '../../statistics/format.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import { place, strip } from './strip.js';

/** One bar, in parts. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly {
    readonly name: string;
    readonly colour: string;
    /** Of the text on it. */
    readonly ink: string;
    readonly share: number;
  }[];
}

/** A part of this share or more has room for its figure, on a phone too. */
const ROOM = 0.14;

/** Shares as bars, a row of a table each, parts next to each other; each part with room says its share. */
export function shareBars(bars: readonly Bar[], caption: string): Markup {
  const totals = bars.map(({ parts }) => parts.reduce((sum, { share }) => sum + share, 0));
  const longest = Math.max(1, ...totals.filter(Number.isFinite));
  const rows = bars.map(
    (bar) =>
      markup`<tr role="row"><th scope="row" role="rowheader">${bar.label}</th><td role="cell" class="strip"><span class="unseen">${wordsOf(bar)}</span>${strip(partsOf(bar, longest))}</td></tr>`,
  );
  return markup`<table class="strips bars" role="table"><caption>${caption}</caption><tbody role="rowgroup">${rows}</tbody></table>`;
}

const wordsOf = ({ parts }: Bar) =>
  parts.map(({ name, share }) => `${name} ${format.share(share)}`).join(', ');

function partsOf({ parts }: Bar, longest: number): Markup[] {
  let start = 0;
  return parts.map(({ colour, ink, share: given }) => {
    const share = Number.isFinite(given) ? given : 0;
    const [from, width] = [place([0, longest], start), place([0, longest], share)];
    start += share;
    const words = markup`<text x="${place([0, longest], start - share / 2)}%" y="17" text-anchor="middle" fill="${ink}">${format.share(share)}</text>`;
    return markup`<rect x="${from}%" y="3" width="${width}%" height="20" fill="${colour}"/>${share / longest >= ROOM && words}`;
  });
}
