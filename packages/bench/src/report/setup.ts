import type { Results } from '../results/results-schema.js';
import { escapeHtml } from './escape.js';

/** What was run: enough to run it again. */
export function setup({ manifest, machine }: Results): string {
  const { experiment, data, versions } = manifest;
  const { training } = experiment;
  const facts: readonly (readonly [string, string])[] = [
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
    ['run', `${machine.startedAt}, ${Math.round(machine.seconds)} s, ${machine.workers} at once`],
  ];
  return `<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`;
}

function list(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    )
    .join(', ');
}
