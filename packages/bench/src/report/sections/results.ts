import type { Metric } from '@moekit/models';

import type { Figures, Results, Row } from '../../results/results-schema.js';
import { isControl } from '../../results/control.js';
import { outcomeWords } from '../../statistics/outcome.js';
import { rowColours } from '../charts/colours.js';
import { format } from '../../statistics/format.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import type { DataTable } from '../../results/data-table.js';
import type { Panel } from '../page/panel.js';
import { scrollTable } from '../page/scroll-table.js';
import { routingColumns } from '../routing-columns.js';

type Column = readonly [string, (figures: Figures, primary: string) => string];

const COLUMNS: readonly Column[] = [
  ['drop-free', ({ metrics }, name) => optional(metrics[name]?.dropFree?.mean)],
  ['difference', ({ metrics }, name) => format.difference(metrics[name]?.difference ?? null)],
  ['parameters', ({ parameters }) => format.count(parameters)],
  ['experts', ({ match }) => (match ? `${match.numExperts} × ${match.expertWidth}` : '–')],
  ['expected FLOPs', ({ flops }) => format.count(flops.expected.total)],
  ['measured FLOPs', ({ flops }) => format.count(flops.evaluation.total)],
  ['MoE part', ({ flops }) => format.count(flops.evaluation.moe)],
  ...routingColumns.map(({ head, show }): Column => [head, show]),
  ['tokens/s', ({ machine }) => format.count(machine.tokensPerSecond)],
  ['peak MiB', ({ machine }) => format.mebibytes(machine.peakMemoryBytes)],
];

/** Every figure of every row, and every trial of it in the file. */
export function resultsPanel(results: Results): Panel {
  return {
    id: 'figures',
    title: 'All figures',
    note: 'Mean over seeds ± standard deviation; difference to the baseline ± half of its 95% interval, paired by seed. “Not distinguishable”: that interval contains zero.',
    body: resultsTable(results),
    table: trialsTable(results),
  };
}

function trialsTable({ rows, manifest }: Results): DataTable {
  const names = manifest.metrics.map(({ name }) => name);
  return {
    name: 'trials',
    columns: ['row', 'seed', ...names, ...names.map((n) => `${n}, drop-free`), 'FLOPs per token'],
    rows: rows.flatMap(({ label, trials }) =>
      trials.map((trial) => [
        label,
        trial.seed,
        ...names.map((name) => trial.measured[name] ?? trial.limited[name] ?? null),
        ...names.map((name) => trial.dropFree[name] ?? null),
        trial.flops.evaluation.total,
      ]),
    ),
  };
}

/** The reference comes last; failures are said in the row. */
function resultsTable(results: Results): Markup {
  const { rows, reference, manifest } = results;
  const columns: readonly Column[] = [
    ...manifest.metrics.map(({ name, unit }): Column => [
      `${unit} ± sd`,
      ({ metrics }) => (metrics[name] ? format.spread(metrics[name].value) : '–'),
    ]),
    ...COLUMNS,
  ];
  const primary = manifest.metrics[0]!;
  const colours = rowColours(results);
  const body = rows.map((row) => tableRow(row, { columns, primary, colour: colours.get(row)! }));
  const last = reference
    ? markup`<tr class="reference"><th scope="row">${reference.name} reference</th>${manifest.metrics.map(({ name, unit }) => markup`<td data-name="${unit}">${optional(reference.metrics[name])}</td>`)}<td colspan="${COLUMNS.length}"></td></tr>`
    : undefined;
  const table = scrollTable({
    caption: 'All figures of every row',
    head: ['router', ...columns.map(([name]) => name)],
    rows: last ? [...body, last] : body,
    stacks: true,
  });
  return markup`${table}${problems(rows)}`;
}

function tableRow(
  row: Row,
  shown: { columns: readonly Column[]; primary: Metric; colour: string },
): Markup {
  const { columns, primary, colour } = shown;
  const { label, figures } = row;
  const control = isControl(row) && markup` <span class="note">control</span>`;
  const name = markup`<th scope="row"><i class="dot" style="background:${colour}"></i>${label}${control}</th>`;
  if (figures === null)
    return markup`<tr>${name}<td colspan="${columns.length}">no finished trial</td></tr>`;
  const cells = columns.map(([column, show], index) => {
    const difference = figures.metrics[primary.name]?.difference;
    const words = column === 'difference' && difference && outcomeWords(difference, primary.better);
    const title = words && markup` title="${words}"`;
    const weak = index === 0 && figures.beatsReference === false && markup` class="bad"`;
    return markup`<td data-name="${column}"${title}${weak}>${show(figures, primary.name)}</td>`;
  });
  return markup`<tr>${name}${cells}</tr>`;
}

function problems(rows: readonly Row[]): Markup | undefined {
  const items = rows.flatMap(({ label, errors }) => [
    ...errors.map(({ seed, code, message }) => `${label}, seed ${seed}: ${code}: ${message}`),
  ]);
  if (items.length === 0) return undefined;
  return markup`<ul class="bad">${items.map((item) => markup`<li>${item}</li>`)}</ul>`;
}

const optional = (value: number | undefined) => (value === undefined ? '–' : format.bits(value));
