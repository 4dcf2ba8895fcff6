import { relative } from 'node:path';

import type { OutputFiles, TrainingRuns } from '@moekit/bench';
import { endRow, stateWords } from '@moekit/bench';

import { facts } from './facts.js';
import { plainStrings } from './plain-strings.js';
import { paint } from './paint.js';
import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

type Run = TrainingRuns['runs'][number];

/**
 * What `moekit report` prints of training runs: the best, a table of how they ended, what to mind, the settings that
 * differ, where the files are.
 * @param columns of the terminal; Infinity leaves nothing out
 */
export function renderTrainingRuns(
  given: TrainingRuns,
  files: OutputFiles,
  columns: number,
): string {
  const { answer, warning, runs, differences } = plainStrings(given);
  const remarks = runs.flatMap(({ label, remarks: said }) =>
    said.map((text) => `${label}: ${text}`),
  );
  const settings = differences.map(
    ({ path, values }) => `${path}: ${values.map((value) => String(value ?? '–')).join(' | ')}`,
  );
  const lines = (texts: readonly string[]) => wrap(texts.map(plainLine), columns);
  return [
    '',
    ...(answer ? lines([answer]).map(paint.bold) : []),
    ...(warning ? lines([warning]).map(paint.yellow) : []),
    '',
    renderTable(runs, columnsOf(runs), { columns }),
    '',
    ...lines(remarks),
    ...(settings.length > 0
      ? ['', ...lines([`Settings that differ (${runs.map(({ label }) => label).join(' | ')}):`])]
      : []),
    ...lines(settings.map((text) => `  ${text}`)),
    '',
    ...facts({ report: shown(files.report), runs: shown(files.results) }, columns),
    '',
  ].join('\n');
}

/** Figures of the table: the loss, and what else a terminal has room for. */
const METRICS = ['loss'];
/** The more important ones stay in a narrow terminal. */
const IMPORTANCE: Readonly<Record<string, number>> = { loss: 0, 'lowest loss': 1, time: 2 };

function columnsOf(runs: readonly Run[]): Column<Run>[] {
  const figures = endRow(runs[0]!, METRICS).map(({ head }, i): Column<Run> => ({
    head,
    align: 'right',
    importance: IMPORTANCE[head] ?? 3 + i,
    cell: (run) => endRow(run, METRICS)[i]!.text,
  }));
  return [
    { head: 'run', importance: 0, cell: ({ label }) => label },
    { head: 'state', importance: 1, least: 16, cell: stateWords },
    ...figures,
  ];
}

function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
