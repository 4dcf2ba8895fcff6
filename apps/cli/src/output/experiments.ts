import type { ExperimentDescription } from '@moekit/bench';

import { duration } from './duration.js';
import { facts } from './facts.js';
import { paint } from './paint.js';
import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { wrap } from './text/wrap.js';

type Preset = ExperimentDescription['presets'][number];
type Row = Preset['rows'][number];

const COLUMNS: readonly Column<ExperimentDescription>[] = [
  { head: 'experiment', importance: 0, cell: ({ name }) => ({ text: name, paint: paint.cyan }) },
  { head: 'question', importance: 0, least: 34, cell: ({ question }) => question },
  { head: 'task', importance: 1, cell: ({ task }) => task },
];

/** One entry for each experiment, by the name of the paper's router. */
export function renderExperiments(all: readonly ExperimentDescription[], columns: number): string {
  const group = ({ name }: ExperimentDescription) => HEADINGS[name.split('/')[0]!];
  const hint =
    'moekit experiments NAME shows what the paper says, the rows and their presets; moekit sweep NAME runs it.';
  const table = renderTable(all, COLUMNS, { columns, group });
  return [table, '', ...wrap([hint], columns), ''].join('\n');
}

const HEADINGS: Readonly<Record<string, string>> = {
  xmoe: 'XMoE, arXiv 2403.18926',
  null: 'Null experts, arXiv 2601.15370',
  routers: 'Routers against each other',
};

const ROW_COLUMNS: readonly Column<Row>[] = [
  { head: 'row', importance: 0, least: 16, cell: ({ label }) => label },
  { head: 'router', importance: 0, cell: ({ router }) => router },
  { head: 'options', importance: 1, least: 20, cell: ({ options }) => options },
];

/** An experiment: its question, what its paper says, what decides, its presets with their rows, how to run it. */
export function renderExperiment(
  { name, question, claim, decision, task, presets }: ExperimentDescription,
  columns: number,
): string {
  const [quick, ...others] = presets;
  const run = (preset: string) =>
    `moekit sweep ${name}${preset === 'quick' ? '' : ` --preset ${preset}`}`;
  const known = {
    question,
    'paper says': claim,
    decided: decision,
    task,
    ...Object.fromEntries(
      presets.map((preset) => [
        preset.name,
        `${preset.rows.length} rows, ${preset.seeds} seeds, ${preset.steps} steps, ${timeOf(preset)}: ${run(preset.name)}`,
      ]),
    ),
  };
  const extra = others.flatMap(({ name: preset, rows }) =>
    sameRows(rows, quick!.rows) ? [] : rowsOf(preset, rows, columns),
  );
  return [
    ...wrap([name], columns).map(paint.bold),
    ...facts(known, columns),
    ...rowsOf(extra.length > 0 ? 'quick' : undefined, quick!.rows, columns),
    ...extra,
    ...questionsOf(others.at(-1) ?? quick!, columns),
    '',
  ].join('\n');
}

function timeOf({ seconds }: Preset): string {
  if (seconds === null) return 'about two minutes on two cores';
  return `${duration(seconds)} on two cores with TensorFlow`;
}

function rowsOf(preset: string | undefined, rows: readonly Row[], columns: number): string[] {
  const title = preset === undefined ? [] : wrap([`Rows of --preset ${preset}`], columns);
  return ['', ...title.map(paint.bold), renderTable(rows, ROW_COLUMNS, { columns })];
}

/** The planned comparisons of the largest preset. */
function questionsOf({ questions }: Preset, columns: number): string[] {
  if (questions.length === 0) return [];
  const title = wrap(['Planned questions'], columns).map(paint.bold);
  return ['', ...title, renderTable(questions, QUESTION_COLUMNS, { columns })];
}

const QUESTION_COLUMNS: readonly Column<Preset['questions'][number]>[] = [
  { head: 'question', importance: 0, least: 24, cell: ({ name }) => name },
  { head: 'decided by', importance: 1, least: 16, cell: ({ decides }) => decides },
];

const sameRows = (a: readonly Row[], b: readonly Row[]) => JSON.stringify(a) === JSON.stringify(b);
