import type { Figures, Results, Row } from '../results/results-schema.js';
import { escapeHtml } from './escape.js';
import { format } from './format.js';
import { rowColours } from './palette.js';

const COLUMNS: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['loss', ({ loss }) => format.bits(loss.mean)],
  ['bits / byte ± sd', ({ bitsPerByte }) => format.spread(bitsPerByte)],
  ['drop-free', ({ dropFreeBitsPerByte }) => format.bits(dropFreeBitsPerByte.mean)],
  ['difference', ({ difference }) => format.difference(difference)],
  ['parameters', ({ parameters }) => format.count(parameters)],
  ['experts', ({ match }) => (match ? `${match.numExperts} × ${match.expertWidth}` : '–')],
  ['expected FLOPs', ({ flops }) => format.count(flops.expected.total)],
  ['measured FLOPs', ({ flops }) => format.count(flops.evaluation.total)],
  ['MoE part', ({ flops }) => format.count(flops.evaluation.moe)],
  ['experts / token', (figures) => moe(figures, format.ratio(figures.expertsPerToken))],
  ['dropped', (figures) => moe(figures, format.share(figures.droppedShare))],
  ['null', (figures) => moe(figures, format.share(figures.nullShare))],
  ['max violation', (figures) => moe(figures, format.ratio(figures.maxViolation))],
  ['tokens/s', ({ machine }) => format.count(machine.tokensPerSecond)],
  ['peak MiB', ({ machine }) => format.mebibytes(machine.peakMemoryBytes)],
];

/** Every figure of every row, failures said in the row, the bigram reference last. */
export function resultsTable({ rows, reference }: Results): string {
  const colours = rowColours(rows);
  const head = COLUMNS.map(([name]) => `<th>${name}</th>`).join('');
  const body = rows.map((row, index) => tableRow(row, colours[index]!)).join('');
  const bigram = `<tr class="reference"><th>bigram reference</th><td>${format.bits(reference.loss)}</td><td>${format.bits(reference.bitsPerByte)}</td><td colspan="${COLUMNS.length - 2}"></td></tr>`;
  return `<div class="wide"><table><thead><tr><th>router</th>${head}</tr></thead><tbody>${body}${bigram}</tbody></table></div>${problems(rows)}`;
}

function tableRow({ label, figures }: Row, colour: string): string {
  const name = `<th><i class="dot" style="background:${colour}"></i>${escapeHtml(label)}</th>`;
  if (figures === null)
    return `<tr>${name}<td colspan="${COLUMNS.length}">no finished trial</td></tr>`;
  const cells = COLUMNS.map(([column, show]) => {
    const title = column === 'difference' ? ` title="${format.verdict(figures.difference)}"` : '';
    const weak = column.startsWith('bits') && !figures.beatsReference ? ' class="bad"' : '';
    return `<td${title}${weak}>${show(figures)}</td>`;
  });
  return `<tr>${name}${cells.join('')}</tr>`;
}

function problems(rows: readonly Row[]): string {
  const items = rows.flatMap(({ label, errors, figures }) => [
    ...errors.map(({ seed, code, message }) => `${label}, seed ${seed}: ${code}: ${message}`),
    ...(figures && !figures.beatsReference ? [`${label} does not beat the bigram reference`] : []),
  ]);
  if (items.length === 0) return '';
  return `<ul class="bad">${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
}

const moe = ({ match }: Figures, text: string) => (match ? text : '–');
