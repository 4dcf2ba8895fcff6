import type { Experiment, Outcome, Results, Trial } from '../src/index.js';
import { collectResults, hashOf, labelOf, parseExperiment } from '../src/index.js';

/** A trial that nobody ran. */
export function sampleTrial(label: string, seed: number, bitsPerByte: number): Trial {
  const figures = { loss: bitsPerByte * Math.LN2, bitsPerByte, perplexity: 2 ** bitsPerByte };
  const moe = label !== 'dense';
  const flops = { moe: 1000, total: 5000 };
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
    flops: { expected: flops, evaluation: { moe: 900, total: 4900 }, training: flops },
    layers: moe
      ? [
          {
            expertsPerToken: 0.9,
            droppedShare: 0.1,
            nullShare: 0.25,
            maxViolation: 0.5,
            entropy: 1,
            dilution: 0,
          },
        ]
      : [],
    curve: [
      { step: 1, loss: 5, bitsPerByte: 7 },
      { step: 2, loss: figures.loss, bitsPerByte },
    ],
    trainingLoss: [5, 4],
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
    tokenizer: 'bytes',
    vocabSize: 256,
    trainTokens: 100,
    validationTokens: 50,
    bytesPerToken: 1,
    hash: 'd',
  };
  const manifest = {
    experiment,
    configHash: hashOf(experiment),
    backend: 'cpu',
    versions: { node: '20.19.0' },
    data,
    files: {},
  };
  const reference = { name: 'bigram', loss: 2.4, bitsPerByte: 3.5, tokens: 49 } as const;
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
  const job = { id: `${label}#${seed}`, label, entry, seed, backend: 'cpu', experiment };
  const value = bits(label, seed);
  return value === undefined
    ? { type: 'failed', job, error: { code: 'MOE_ROUTING', message: 'a <b>bold</b> mistake' } }
    : { type: 'done', job, trial: sampleTrial(label, seed, value) };
}
