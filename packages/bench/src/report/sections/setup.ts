import type { Results } from '../../results/results-schema.js';
import type { Markup } from '../markup.js';
import { fileAddress, markup } from '../markup.js';
import type { Panel } from '../page/panel.js';

/** The setup of the run, enough to repeat it. */
export function setupPanel(results: Results): Panel {
  return {
    id: 'setup',
    title: 'Setup',
    note: 'The config describes the whole experiment: with the same versions, backend and data it gives the same figures.',
    body: markup`${facts(results)}${reproduction(results)}`,
  };
}

/** The config as a file, and the command that runs it. */
function reproduction({ manifest }: Results): Markup {
  const name = `${manifest.configHash.slice(0, 8)}.json`;
  const file = fileAddress('application/json', JSON.stringify(manifest.experiment, null, 2));
  return markup`<p>Run it again: <a download="${name}" href="${file}">${name}</a>, then <code>npx moekit bench --config ${name} --backend ${manifest.backend}</code></p>`;
}

function facts({ manifest, machine }: Results): Markup {
  const { experiment, data, versions } = manifest;
  const { training } = experiment;
  const entries: readonly (readonly [string, string])[] = [
    ['task', `${experiment.task}, ${data.name}`],
    ['data', `${data.attribution} (${list(data.details)})`],
    ['data options', list(experiment.data)],
    ['model', list(experiment.model)],
    [
      'training',
      `${training.steps} steps, batches of ${training.batchSize}, AdamW, peak rate ${training.learningRate}`,
    ],
    [
      'matching',
      `experts of ${experiment.expertParameters} dense layers, one dense layer of expected compute`,
    ],
    ['seeds', experiment.seeds.join(', ')],
    ['backend', manifest.backend],
    ['versions', list(versions)],
    ['config hash', manifest.configHash],
    ['data hash', data.hash],
    ...manifest.differences.map((text) => ['runs differ', text] as const),
    ...manifest.changedFiles.map((file) => ['changed after it was written', file] as const),
    [
      'run',
      `${machine.startedAt}, ${machine.seconds >= 0 ? `${Math.round(machine.seconds)} s` : 'a clock that went back'}, ${machine.workers} at once`,
    ],
  ];
  return markup`<dl>${entries.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function list(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    )
    .join(', ');
}
