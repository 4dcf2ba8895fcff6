import { format } from '../../statistics/format.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import { forestScale } from './forest-scale.js';
import type { ForestScale } from './forest-scale.js';
import { place, strip } from './strip.js';
import { tickText } from './tick-text.js';

/** One row of a forest plot. */
export interface ForestRow {
  readonly label: string;
  readonly colour: string;
  /** Its place, `1`, or what stands for it on other charts. */
  readonly mark: string;
  /** False for a row without a place: a control, one that learned nothing. */
  readonly ranked: boolean;
  /** After its name: `control`, `baseline`. */
  readonly note?: string | undefined;
  /** Its own figure, as text. */
  readonly value: string;
  /** Seeds behind the difference. */
  readonly n: number | null;
  /** The difference as text, where the chart's unit is not its own. */
  readonly shown?: string | undefined;
  /** Difference to the baseline; null where there is none, and in the baseline's own row. */
  readonly difference: number | null;
  /** 95% interval of the difference; null with one seed. */
  readonly interval: readonly [number, number] | null;
  /** The difference as a share of the baseline's figure. */
  readonly relative: number | null;
  /** The verdict: `better`, `not distinguishable`. */
  readonly words: string;
  /** False for a row whose figures mean nothing: it has no mark, and the axis does not reach for it. */
  readonly drawn?: boolean;
  readonly best?: boolean;
}

export interface Forest {
  readonly caption: string;
  readonly rows: readonly ForestRow[];
  /** The head over the rows' own figures. */
  readonly value: string;
  readonly unit: string;
  /** Null where neither way is better. */
  readonly better: 'lower' | 'higher' | null;
  /** A sentence on the lines; by default, that they are differences to a baseline, paired by seed. */
  readonly lines?: string;
  /** The figure of the baseline, from which the axis takes its least range; null where it is none. */
  readonly level: number | null;
  /** Differences smaller than this count as none: a band from `-margin` to `margin`. */
  readonly margin?: number | undefined;
}

/** Differences to a baseline as marks with intervals around a zero line, next to their exact figures; a table. */
export function forest(chart: Forest): Markup {
  const { rows, caption, value, unit } = chart;
  const drawn = rows.filter(isDrawn);
  const scale = forestScale(drawn, chart.level, chart.margin);
  const heads = ['#', 'row', value, `difference, ${unit} [95%]`];
  const head = heads.map((name, i) => headCell(name, i === 0 ? 'rank' : 'named'));
  const body = rows.map((row) => rowOf(row, scale, chart));
  return markup`<table class="strips" role="table"><caption role="caption">${caption}</caption><thead role="rowgroup"><tr role="row">${head}<th scope="col" role="columnheader" class="strip"><span class="unseen">the difference as a drawing</span>${axisOf(scale, chart)}</th>${headCell('verdict', 'words')}</tr></thead><tbody role="rowgroup">${body}</tbody></table>${drawn.some(({ difference }) => difference !== null) && markup`<p class="note">${scaleWords(scale, chart)}</p>`}`;
}

const headCell = (name: string, kind: string) =>
  markup`<th scope="col" role="columnheader" class="${kind}">${name}</th>`;

function rowOf(row: ForestRow, scale: ForestScale, { margin }: Forest): Markup {
  const { label, colour, mark, ranked, note, value, best = false } = row;
  const kind = best ? 'best' : ranked ? 'ranked' : 'unranked';
  const name = markup`<i class="dot" style="background:${colour}"></i>${label}${note !== undefined && markup` <span class="note">${note}</span>`}`;
  const cells = [
    markup`<td role="cell" class="rank">${mark}</td><th scope="row" role="rowheader">${name}</th>`,
    markup`<td role="cell" class="figure">${value}</td>`,
    markup`<td role="cell" class="figure">${differenceOf(row)}${relativeOf(row)}</td>`,
    markup`<td role="cell" class="strip">${strip(marksOf(row, scale, margin))}</td>`,
    markup`<td role="cell" class="words">${row.words}${seedsOf(row)}</td>`,
  ];
  return markup`<tr role="row" class="${kind}">${cells}</tr>`;
}

const relativeOf = ({ relative }: ForestRow) =>
  relative !== null && markup` <small>${signed(relative, format.relative)}</small>`;

const seedsOf = ({ n }: ForestRow) =>
  n !== null && markup` <small>${n} ${n === 1 ? 'seed' : 'seeds'}</small>`;

function differenceOf({ difference, interval, shown }: ForestRow): string {
  if (shown !== undefined) return shown;
  if (difference === null) return '–';
  const range =
    interval && ` [${signed(interval[0], format.bits)}, ${signed(interval[1], format.bits)}]`;
  return `${signed(difference, format.bits)}${range ?? ''}`;
}

const signed = (value: number, write: (value: number) => string) =>
  value > 0 ? `+${write(value)}` : write(value);

/** The zero line, the band, the interval, the mark; an end past the axis has an arrow. */
function marksOf(row: ForestRow, { domain }: ForestScale, margin: number | undefined): Markup[] {
  const at = (value: number) => place(domain, value);
  const { difference, interval, colour } = row;
  const zero = markup`<line x1="${at(0)}%" x2="${at(0)}%" y1="-22" y2="48" stroke="var(--muted)" stroke-dasharray="3 3"/>`;
  const band =
    margin !== undefined &&
    markup`<rect x="${at(-margin)}%" width="${at(margin) - at(-margin)}%" y="-22" height="70" fill="var(--band)"/>`;
  const marks =
    difference === null || !isDrawn(row)
      ? []
      : [...(interval ? lineOf(interval, domain, colour) : []), dotOf(at(difference), colour)];
  return [markup`${band}${zero}`, ...marks];
}

const isDrawn = ({ drawn = true, difference }: ForestRow) =>
  drawn && (difference === null || Number.isFinite(difference));

const dotOf = (x: number, colour: string) =>
  markup`<circle cx="${x}%" cy="13" r="5" fill="${colour}" stroke="var(--card)"/>`;

function lineOf(
  interval: readonly [number, number],
  domain: readonly [number, number],
  colour: string,
) {
  const ends = interval.map((end) => place(domain, Math.min(Math.max(end, domain[0]), domain[1])));
  const caps = interval.map((end, i) =>
    inside(end, domain)
      ? markup`<line x1="${ends[i]!}%" x2="${ends[i]!}%" y1="9" y2="17" stroke="${colour}" stroke-width="2"/>`
      : markup`<text x="${i === 0 ? 0 : 100}%" y="17" text-anchor="${i === 0 ? 'start' : 'end'}" fill="${colour}">${i === 0 ? '◀' : '▶'}</text>`,
  );
  return [
    markup`<line x1="${ends[0]!}%" x2="${ends[1]!}%" y1="13" y2="13" stroke="${colour}" stroke-width="2"/>`,
    ...caps,
  ];
}

const inside = (value: number, [low, high]: readonly [number, number]) =>
  value >= low && value <= high;

/** Round values, and the directions in words. */
function axisOf({ domain, ticks }: ForestScale, { better }: Forest): Markup {
  const labels = ticks.map((tick) => {
    const x = place(domain, tick);
    const anchor = x < 8 ? 'start' : x > 92 ? 'end' : 'middle';
    return markup`<text x="${x}%" y="28" text-anchor="${anchor}" fill="var(--muted)">${signed(tick, tickText)}</text>`;
  });
  const [left, right] = DIRECTIONS[better ?? 'neither'];
  return markup`<svg class="axis" aria-hidden="true" height="32"><text x="0" y="12" fill="var(--muted)">${left}</text><text x="100%" y="12" text-anchor="end" fill="var(--muted)">${right}</text>${labels}</svg>`;
}

const DIRECTIONS = {
  lower: ['← better', 'worse →'],
  higher: ['← worse', 'better →'],
  neither: ['← lower', 'higher →'],
} as const;

const PAIRED =
  'Lines are 95% intervals, paired by seed; one that crosses the dashed zero line is not distinguishable.';

/** The range of the axis in the unit and in per cent: a reader sees how large a small difference is drawn. */
function scaleWords(
  { domain, floored, cut }: ForestScale,
  { level, unit, margin, lines = PAIRED }: Forest,
): string {
  const [low, high] = domain;
  const relative =
    level !== null && level > 0
      ? ` (${signed(low / level, format.relative)} to ${signed(high / level, format.relative)} of the baseline)`
      : '';
  return [
    `Axis: ${signed(low, format.bits)} to ${signed(high, format.bits)} ${unit}${relative}.`,
    floored ? 'It is no narrower than that, so that small differences look small.' : '',
    cut ? 'An arrow: the interval ends beyond it.' : '',
    lines,
    margin === undefined ? '' : `Band: differences of at most ${format.bits(margin)} ${unit}.`,
  ]
    .filter((words) => words !== '')
    .join(' ');
}
