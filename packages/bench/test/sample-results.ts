import { mapRoutingFigures } from '@moekit/core';

import type { Experiment, Outcome, Results } from '../src/index.js';
import type { Trial } from '../src/results/trial-schema.js';
import { collectResults, hashOf, parseExperiment } from '../src/index.js';
import { labelOf } from '../src/spec/label.js';

const layer = {
  ...mapRoutingFigures(() => 0),
  expertsPerToken: 0.9,
  droppedShare: 0.1,
  nullShare: 0.25,
  zeroComputeShare: 0.1,
  paddingShare: 0.05,
  maxViolation: 0.5,
  entropy: 1,
  dilution: 0,
};

/** A made-up trial. */
export function sampleTrial(label: string, seed: number, bitsPerByte: number): Trial {
  const figures = { loss: bitsPerByte * Math.LN2, bitsPerByte, perplexity: 2 ** bitsPerByte };
  const moe = label !== 'dense';
  const flops = { router: 100, experts: 900, moe: 1000, attention: 3000, rest: 1000, total: 5000 };
  const evaluation = { ...flops, experts: 800, moe: 900, total: 4900 };
  return {
    label,
    seed,
    backend: 'cpu',
    dataHash: 'd',
    match: moe
      ? { numExperts: 4, expertWidth: 8, expectedExperts: 1, parameterRatio: 4, computeRatio: 1 }
      : null,
    parameters: 1234,
    limited: figures,
    dropFree: figures,
    measured: {},
    flops: { expected: flops, evaluation, training: flops },
    trainingFlops: { tokens: 10, forward: 5e4, backward: 1e5, total: 1.5e5 },
    paddingFlops: moe ? 50 : 0,
    layers: moe ? [{ ...layer, expertsHistogram: [0.1, 0.9], positiveActivations: null }] : [],
    curve: [
      { step: 1, metrics: { loss: 5, bitsPerByte: 7 }, trainingFlops: 7e4 },
      { step: 2, metrics: figures, trainingFlops: 1.5e5 },
    ],
    trainingCurve: [5, 4].map((loss, i) => ({
      step: i + 1,
      metrics: { loss },
      routerLoss: 0.01,
      layers: moe ? [layer] : [],
    })),
    variants: {},
    examples: [],
    loadHistory: moe ? [[[0.25, 0.25, 0.5, 0]], [[0.25, 0.25, 0.25, 0.25]]] : [[], []],
    machine: { seconds: 1.5, tokensPerSecond: 1000 + seed, peakMemoryBytes: 2 ** 28 },
  };
}

/** Results of an experiment whose trials end with these bits per byte; `undefined` fails. */
export function sampleResults(
  input: unknown,
  bits: (label: string, seed: number) => number | undefined,
): Results {
  const experiment = parseExperiment(input);
  const outcomes = experiment.routers.flatMap((entry) =>
    experiment.seeds.map((seed) => outcome(experiment, labelOf(entry), seed, bits)),
  );
  const data = {
    name: 'sample',
    attribution: 'nobody <nobody@example>',
    hash: 'd',
    details: { tokenizer: 'bytes', vocabSize: 256 },
  };
  const manifest = {
    experiment,
    configHash: hashOf(experiment),
    backend: 'cpu',
    versions: { node: '20.19.0' },
    metrics: [
      { name: 'bitsPerByte', unit: 'bits/byte', better: 'lower' as const },
      { name: 'loss', unit: 'nats/token', better: 'lower' as const },
    ],
    layer: { modelWidth: 8, feedForwardWidth: 32, activation: 'relu' as const },
    data,
    files: {},
    rowData: {},
    differences: [],
    changedFiles: [],
  };
  const reference = { name: 'bigram', metrics: { loss: 2.4, bitsPerByte: 3.5 } };
  return collectResults({ manifest, reference }, outcomes.reverse(), {
    startedAt: '2000-01-01T00:00:00.000Z',
    seconds: 3,
    workers: 2,
  });
}

function outcome(
  experiment: Experiment,
  label: string,
  seed: number,
  bits: (label: string, seed: number) => number | undefined,
): Outcome {
  const entry = experiment.routers.find((row) => labelOf(row) === label)!;
  const identity = { data: 'd', router: null, task: null };
  const job = { id: `${label}#${seed}`, label, entry, seed, backend: 'cpu', experiment, identity };
  const value = bits(label, seed);
  return value === undefined
    ? { type: 'failed', job, error: { code: 'MOE_ROUTING', message: 'a <b>bold</b> mistake' } }
    : { type: 'done', job, trial: sampleTrial(label, seed, value) };
}
