import { relative } from 'node:path';

import type { OutputFiles, Results } from '@moekit/bench';

import { dropsRemark } from './drops.js';
import { duration } from './duration.js';
import { facts } from './facts.js';
import { paint } from './paint.js';
import { plainStrings } from './plain-strings.js';
import { remarks } from './remarks.js';
import { resultsTable } from './results-table.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

/**
 * What `moekit bench` prints at the end: the table, how it was matched, what to mind, where the files are.
 * @param columns of the terminal; Infinity leaves nothing out
 */
export function renderSummary(
  ended: Results,
  files: OutputFiles | undefined,
  columns: number,
): string {
  const results = plainStrings(ended);
  return [
    '',
    ...heading(results, columns),
    '',
    resultsTable(results, columns),
    '',
    ...wrap([...dropsRemark(results), ...matching(results)].map(plainLine), columns),
    ...remarks(results, columns),
    '',
    ...(files ? filesOf(files, columns) : []),
  ].join('\n');
}

function filesOf({ report, results }: OutputFiles, columns: number): string[] {
  return [...facts({ report: shown(report), results: shown(results) }, columns), ''];
}

function heading({ manifest, machine, partial }: Results, columns: number): string[] {
  const { experiment, data, backend, configHash } = manifest;
  const seeds = experiment.seeds.length;
  const parts = [
    experiment.name ?? tokenised(data),
    `${experiment.training.steps} steps`,
    `${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`,
    `backend ${backend}`,
    duration(machine.seconds),
    `config ${configHash.slice(0, 8)}`,
  ];
  const early = partial ? wrap(['stopped early'], columns).map(paint.yellow) : [];
  return [...wrap([plainLine(parts.join(', '))], columns).map(paint.bold), ...early];
}

function tokenised({ name, details }: Results['manifest']['data']): string {
  const { tokenizer } = details;
  return tokenizer === undefined ? name : `${name} (${tokenizer})`;
}

const layers = (n: number) => (n === 1 ? '1 dense layer' : `${n} dense layers`);

/** The sizes that give each MoE row the same parameters and expected compute. */
function matching({ rows, manifest }: Results): string[] {
  const sizes = rows.flatMap(({ label, figures }) => {
    if (!figures?.match) return [];
    const { numExperts, expertWidth, expectedExperts } = figures.match;
    const aim = expectedExperts === null ? 'unknown, taken as 1' : String(expectedExperts);
    return [`${label} ${numExperts}×${expertWidth} (${aim}/token)`];
  });
  if (sizes.length === 0) return [];
  const { experiment, layer } = manifest;
  const rule = `Matched: experts of ${layers(experiment.expertParameters)} (width ${layer.feedForwardWidth}), one dense layer of expected compute.`;
  return [rule, `Experts × width: ${sizes.join(', ')}.`];
}

function shown(file: string): string {
  const near = relative(process.cwd(), file);
  return near.startsWith('..') ? file : near;
}
