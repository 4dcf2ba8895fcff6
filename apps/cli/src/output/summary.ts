import { relative } from 'node:path';

import type { OutputFiles, Results, Row } from '@moekit/bench';
import { format } from '@moekit/bench';
import pc from 'picocolors';

import { duration } from './duration.js';
import { resultsTable } from './results-table.js';

/** What `moekit bench` prints at the end: the table, how it was matched, what to mind, where the files are. */
export function renderSummary(results: Results, files: OutputFiles): string {
  return [
    '',
    heading(results),
    '',
    resultsTable(results),
    '',
    ...matching(results),
    ...remarks(results),
    '',
    `${pc.bold('report')}   ${shown(files.report)}`,
    `${pc.bold('results')}  ${shown(files.results)}`,
    '',
  ].join('\n');
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
  return pc.bold(parts.join(', ')) + (partial ? pc.yellow('  stopped early') : '');
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

function remarks({ rows, reference, manifest, answer }: Results): string[] {
  const { name, unit } = manifest.metrics[0]!;
  const difference = ({ figures }: Row) => figures?.metrics[name]?.difference;
  const level = reference?.metrics[name];
  const baseline = rows.find((row) => row.baseline)?.label ?? 'the baseline';
  const same = rows.filter((row) => difference(row)?.distinguishable === false);
  const single = rows.some((row) => difference(row)?.distinguishable === null);
  const weak = rows.filter(({ figures }) => figures?.beatsReference === false);
  const finished = rows.filter(({ figures }) => figures !== null);
  const errors = rows.flatMap(({ label, errors: all }) =>
    all.map(({ seed, code, message }) => pc.red(`${label} seed ${seed}: ${code}: ${message}`)),
  );
  return [
    ...(same.length > 0
      ? [
          `Not distinguishable from ${baseline} at 95%: ${same.map(({ label }) => label).join(', ')}.`,
        ]
      : []),
    ...(single ? ['One seed: differences have no interval.'] : []),
    ...(weak.length > 0
      ? [
          pc.red(
            `Does not beat the ${reference!.name} reference (${format.bits(level!)}): ${weak.map(({ label }) => label).join(', ')}.`,
          ),
        ]
      : finished.length > 0 && level !== undefined
        ? [
            pc.green(
              `Every finished row beats the ${reference!.name} reference (${format.bits(level)} ${unit}).`,
            ),
          ]
        : []),
    ...(answer ? wrap([pc.bold(answer.sentence), ...answer.findings]) : []),
    ...errors,
  ];
}

function wrap(lines: readonly string[], width = 118): string[] {
  return lines.flatMap((line) => line.match(new RegExp(`.{1,${width}}(\\s|$)`, 'g')) ?? [line]);
}

function shown(file: string): string {
  const near = relative(process.cwd(), file);
  return near.startsWith('..') ? file : near;
}
