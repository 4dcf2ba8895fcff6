import { format } from '@moekit/bench';
import { ROUTING_FIGURES } from '@moekit/core';
import type { Evaluation, Metric } from '@moekit/models';
import { isNonsense } from '@moekit/models';

import { DIVERGED } from './diverged.js';
import { MUCH } from './drops.js';
import { paint } from './paint.js';
import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

/** The figures of routing that differ between settings. */
const { expertsPerToken, droppedShare, nullShare } = ROUTING_FIGURES;
const ROUTING = [expertsPerToken, droppedShare, nullShare] as const;

/** A checkpoint under one setting of its router's options. */
export interface EvaluatedSetting {
  /** The differences to training. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly limited: Evaluation['limited'];
  readonly dropFree: Evaluation['dropFree'];
  readonly targets: number;
  readonly forwardFlopsPerToken: Readonly<Record<string, number>>;
  /** One per MoE layer, in depth order. */
  readonly layers: readonly Readonly<Record<string, number>>[];
  /** Figures that take more than forward passes; with --measure, where the task has any. */
  readonly measured?: Readonly<Record<string, number>>;
}

interface Evaluations {
  readonly checkpoint: string;
  readonly step: number;
  readonly task: string;
  readonly backend: string;
  readonly rows: readonly EvaluatedSetting[];
}

/** One row per setting, the best first: quality, compute, routing (means over the MoE layers). */
export function renderEvaluations(
  { checkpoint, step, task, backend, rows }: Evaluations,
  metrics: readonly Metric[],
  columns: number,
): string {
  const [main] = metrics as [Metric];
  const heading = `${checkpoint}: ${task}, step ${step}, backend ${backend}`;
  const ranked = rank(rows, main);
  const all = settingColumns(ranked, metrics);
  const diverged = rows.some(({ limited }) => isNonsense(limited)) ? [DIVERGED] : [];
  return [
    ...wrap([plainLine(heading)], columns).map(paint.bold),
    renderTable(ranked, all, { columns }),
    ...wrap(dropping(rows).map(plainLine), columns),
    ...wrap(diverged, columns).map(paint.red),
    '',
  ].join('\n');
}

function rank(rows: readonly EvaluatedSetting[], { name, better }: Metric) {
  const sign = better === 'lower' ? 1 : -1;
  const worth = ({ limited }: EvaluatedSetting) => sign * (limited[name] ?? Infinity);
  return rows.toSorted((a, b) => (worth(a) < worth(b) ? -1 : Number(worth(a) > worth(b))));
}

function settingColumns(
  rows: readonly EvaluatedSetting[],
  metrics: readonly Metric[],
): readonly Column<EvaluatedSetting>[] {
  const [main, ...others] = metrics as [Metric, ...Metric[]];
  const measured = Object.keys(rows[0]?.measured ?? {});
  const number = (head: string, importance: number, cell: (row: EvaluatedSetting) => string) =>
    ({ head, align: 'right', importance, cell }) as const;
  const dropFree = number(`${main.name} without drops`, 1, ({ dropFree: all }) =>
    figure(all[main.name]),
  );
  return [
    { head: 'router options', importance: 0, least: 16, cell: (row) => nameCell(row, rows) },
    number(main.name, 0, ({ limited }) => figure(limited[main.name])),
    ...(rows.some(dropsMuch) ? [dropFree] : []),
    ...measured.map((name) => number(name, 2, (row) => figure(row.measured?.[name]))),
    ...ROUTING.map(({ label, column, format: kind }, i) =>
      number(column, 3 + i, ({ layers }) =>
        layers.length === 0 ? '–' : format[kind](meanOf(layers, label)),
      ),
    ),
    number('FLOPs/token', 6, ({ forwardFlopsPerToken: { total = 0 } }) => format.count(total)),
    ...others.map(({ name }) => number(name, 7, ({ limited }) => figure(limited[name]))),
  ];
}

function nameCell(row: EvaluatedSetting, rows: readonly EvaluatedSetting[]) {
  const name = settingName(row.set);
  return rows.length > 1 && row === rows[0] ? { text: `${name} ★`, paint: paint.green } : name;
}

const dropsMuch = ({ layers }: EvaluatedSetting) => meanOf(layers, droppedShare.label) > MUCH;

/** One line that says why a setting has a second figure. */
function dropping(rows: readonly EvaluatedSetting[]): string[] {
  const some = rows.filter(dropsMuch).map(({ set, layers }) => {
    return `${settingName(set)} ${format.share(meanOf(layers, droppedShare.label))}`;
  });
  if (some.length === 0) return [];
  return [
    `Without drops: the same model with room for every token. An expert that is full drops further choices: ${some.join('; ')}.`,
  ];
}

function settingName(set: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(set).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return given.length === 0 ? 'as trained' : given.join(', ');
}

const figure = (value: number | undefined) => value?.toFixed(4) ?? '–';

function meanOf(layers: EvaluatedSetting['layers'], label: string): number {
  return layers.reduce((sum, layer) => sum + (layer[label] ?? 0), 0) / layers.length;
}
