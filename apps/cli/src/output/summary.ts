import { relative } from 'node:path';

import type { OutputFiles, Results } from '@moekit/bench';

import { duration } from './duration.js';
import { paint } from './paint.js';
import { plainStrings } from './plain-strings.js';
import { remarks } from './remarks.js';
import { resultsTable } from './results-table.js';
import { wrap } from './wrap.js';

/** What `moekit bench` prints at the end: the table, how it was matched, what to mind, where the files are. */
export function renderSummary(ended: Results, files?: OutputFiles): string {
  const results = plainStrings(ended);
  return [
    '',
    heading(results),
    '',
    resultsTable(results),
    '',
    ...matching(results),
    ...remarks(results),
    '',
    ...(files ? filesOf(files) : []),
  ].join('\n');
}

function filesOf({ report, results }: OutputFiles): string[] {
  return [
    `${paint.bold('report')}   ${shown(report)}`,
    `${paint.bold('results')}  ${shown(results)}`,
    '',
  ];
}

function heading({ manifest, machine, partial }: Results): string {
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
  return paint.bold(parts.join(', ')) + (partial ? paint.yellow('  stopped early') : '');
}

function tokenised({ name, details }: Results['manifest']['data']): string {
  const { tokenizer } = details;
  return tokenizer === undefined ? name : `${name} (${tokenizer})`;
}

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
  const rule = `Matched: experts of ${experiment.expertParameters} dense layers (width ${layer.feedForwardWidth}), one dense layer of expected compute.`;
  return wrap([rule, `Experts × width: ${sizes.join(', ')}.`]);
}

function shown(file: string): string {
  const near = relative(process.cwd(), file);
  return near.startsWith('..') ? file : near;
}
