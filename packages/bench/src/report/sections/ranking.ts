import { divergedSeeds } from '../../results/learned.js';
import type { ComparedRow, Ranking } from '../../results/ranking.js';
import { rankingsOf } from '../../results/ranking.js';
import type { Results, Row } from '../../results/results-schema.js';
import { format } from '../../statistics/format.js';
import { missingInterval, outcomeWords } from '../../statistics/outcome.js';
import { rowColours } from '../charts/colours.js';
import type { ForestRow } from '../charts/forest.js';
import { forest } from '../charts/forest.js';
import { rowMarks } from '../row-marks.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import type { DataTable } from '../../results/data-table.js';
import type { Panel } from '../page/panel.js';

/** The rows, best first, each with its paired difference to the baseline of its group, drawn. */
export function rankingPanel(results: Results): Panel | undefined {
  const rankings = rankingsOf(results);
  if (rankings.length === 0) return undefined;
  const { unit, better } = results.manifest.metrics[0]!;
  return {
    id: 'ranking',
    title: 'Ranking',
    note: `By ${unit} (${better} is better), mean over seeds. Neighbours in the order may not be distinguishable: see their intervals.`,
    body: markup`${rankings.map((ranking) => groupOf(ranking, results, rankings.length > 1))}`,
    table: { name: 'ranking', ...tableOf(rankings, results) },
  };
}

/** A forest for each further metric that rows differ in. */
export function furtherForests(results: Results): Panel | undefined {
  const [, ...further] = results.manifest.metrics;
  const shown = further.flatMap((metric) =>
    rankingsOf(results, metric).filter(({ rows }) => rows.some(({ difference }) => difference)),
  );
  if (shown.length === 0) return undefined;
  return {
    id: 'differences',
    title: 'Differences in the other metrics',
    note: 'Each row less the baseline, paired by seed.',
    body: markup`${shown.map((ranking) => markup`<h3>${[ranking.metric.name, ranking.group].filter((part) => part !== null).join(', ')}</h3>${forestOf(ranking, results)}`)}`,
    table: { name: 'differences', ...tableOf(shown, results) },
  };
}

/** The same figures, each in a cell of its own. */
function tableOf(rankings: readonly Ranking[], results: Results): Omit<DataTable, 'name'> {
  const marks = rowMarks(results);
  const rows = rankings.flatMap(({ metric, group, rows: ranked }) =>
    ranked.map(({ row, value, difference, relative, outcome }) => [
      row.label,
      marks.get(row)!,
      group,
      metric.name,
      value?.mean ?? null,
      value?.n ?? null,
      difference?.mean ?? null,
      difference?.interval?.[0] ?? null,
      difference?.interval?.[1] ?? null,
      relative,
      difference?.n ?? null,
      row.baseline ? 'baseline' : outcome,
    ]),
  );
  return { columns: TABLE, rows, repeats: true };
}

const TABLE = ['row', 'mark', 'group', 'metric', 'mean', 'seeds', 'difference', '95% from', '95% to', 'relative', 'seeds in both', 'outcome']; // prettier-ignore

function groupOf(ranking: Ranking, results: Results, several: boolean): Markup {
  const title = several && markup`<h3>${ranking.group ?? 'other rows'}</h3>`;
  return markup`${title}${forestOf(ranking, results)}`;
}

function forestOf({ rows, metric, baseline, group }: Ranking, results: Results): Markup {
  const [colours, marks] = [rowColours(results), rowMarks(results)];
  const level = baseline?.figures?.metrics[metric.name]?.value.mean;
  const words = baseline
    ? `Differences to the baseline ${baseline.label}`
    : 'Rows without a baseline to compare with';
  return forest({
    caption: group === null ? words : `${words}, ${group}`,
    rows: rows.map((ranked) =>
      forestRow(ranked, { colours, marks, better: metric.better, results }),
    ),
    value: metric.unit,
    unit: metric.unit,
    better: metric.better,
    level: level === undefined || !Number.isFinite(level) ? null : level,
  });
}

interface Shared {
  readonly colours: ReadonlyMap<Row, string>;
  readonly marks: ReadonlyMap<Row, string>;
  readonly better: 'lower' | 'higher';
  readonly results: Results;
}

function forestRow(ranked: ComparedRow, shared: Shared): ForestRow {
  const { row, rank, reason, value, difference, relative } = ranked;
  return {
    label: row.label,
    colour: shared.colours.get(row)!,
    mark: shared.marks.get(row)!,
    ranked: rank !== null,
    note: row.baseline ? 'baseline' : reason === 'control' ? 'control' : undefined,
    value: value ? format.spread(value) : '–',
    n: difference?.n ?? value?.n ?? null,
    difference: difference?.mean ?? null,
    interval: difference?.interval ?? null,
    relative,
    words: wordsOf(ranked, shared),
    drawn: divergedSeeds(row, shared.results.manifest.metrics).length === 0,
    best: rank === 1,
  };
}

function wordsOf({ row, reason, difference }: ComparedRow, { better, results }: Shared): string {
  if (reason === 'learned nothing') return reasonWords(row, results);
  if (reason !== null && reason !== 'control')
    return reason === 'not finished' ? 'no finished trial' : reason;
  if (row.baseline) return 'baseline';
  return difference?.interval ? outcomeWords(difference, better) : missingInterval(difference);
}

/** `diverged`, or that the row does not beat the reference. */
function reasonWords(row: Row, { manifest, reference }: Results): string {
  if (divergedSeeds(row, manifest.metrics).length > 0) return 'diverged';
  return `does not beat the ${reference?.name ?? ''} reference`;
}
