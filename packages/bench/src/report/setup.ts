import type { Results } from '../results/results-schema.js';
import { escapeHtml } from './escape.js';
import { format } from './format.js';

/** What was run: enough to run it again. */
export function setup({ manifest, machine }: Results): string {
  const { experiment, data, versions } = manifest;
  const { model, training } = experiment;
  const facts: readonly (readonly [string, string])[] = [
    ['task', `${experiment.task}, ${data.name}, tokens: ${data.tokenizer} (${data.vocabSize})`],
    ['text', data.attribution],
    [
      'tokens',
      `${format.count(data.trainTokens)} for training, ${format.count(data.validationTokens)} held out`,
    ],
    [
      'model',
      `${model.numLayers} layers of width ${model.modelWidth}, ${model.numHeads} heads, feed-forward ${model.feedForwardWidth} (${model.activation}), MoE in every ${ordinal(model.moeEvery)} layer, context ${model.contextLength}`,
    ],
    [
      'training',
      `${training.steps} steps of ${training.batchSize} × ${model.contextLength} tokens, AdamW, peak rate ${training.learningRate}`,
    ],
    [
      'matching',
      `experts of ${experiment.expertParameters} dense layers, one dense layer of expected compute`,
    ],
    ['seeds', experiment.seeds.join(', ')],
    ['backend', manifest.backend],
    [
      'versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['config hash', manifest.configHash],
    ['data hash', data.hash],
    ['run', `${machine.startedAt}, ${Math.round(machine.seconds)} s, ${machine.workers} at once`],
  ];
  return `<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`;
}

function ordinal(n: number): string {
  return n === 1 ? 'single' : n === 2 ? 'second' : n === 3 ? 'third' : `${n}th`;
}
