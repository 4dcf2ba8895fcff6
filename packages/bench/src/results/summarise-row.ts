import { pairedDifference } from '../statistics/paired-difference.js';
import { median, summarise } from '../statistics/summary.js';
import type { Figures } from './results-schema.js';
import type { Trial, TrialLayer } from './trial-schema.js';

/**
 * One row's figures over its finished trials.
 * @param trials of one row      @param baseline trials of the baseline, `null` for the baseline's own row
 * @param referenceBits the bigram's bits per byte      @returns null without a finished trial
 */
export function summariseRow(
  trials: readonly Trial[],
  baseline: readonly Trial[] | null,
  referenceBits: number,
): Figures | null {
  const first = trials[0];
  if (first === undefined) return null;
  const over = (figure: (trial: Trial) => number) => summarise(trials.map(figure));
  const flops = (kind: keyof Trial['flops']) => ({
    moe: over((trial) => trial.flops[kind].moe).mean,
    total: over((trial) => trial.flops[kind].total).mean,
  });
  const layers = (figure: (layer: TrialLayer) => number) =>
    over((trial) => mean(trial.layers.map(figure))).mean;
  const bitsPerByte = over(({ limited }) => limited.bitsPerByte);
  return {
    match: first.match,
    parameters: first.parameters,
    loss: over(({ limited }) => limited.loss),
    bitsPerByte,
    perplexity: over(({ limited }) => limited.perplexity),
    dropFreeBitsPerByte: over(({ dropFree }) => dropFree.bitsPerByte),
    difference: baseline && pairedDifference(bitsBySeed(trials), bitsBySeed(baseline)),
    flops: {
      expected: flops('expected'),
      evaluation: flops('evaluation'),
      training: flops('training'),
    },
    flopsSpread: over((trial) => trial.flops.evaluation.total).sd,
    expertsPerToken: layers((layer) => layer.expertsPerToken),
    droppedShare: layers((layer) => layer.droppedShare),
    nullShare: layers((layer) => layer.nullShare),
    maxViolation: layers((layer) => layer.maxViolation),
    entropy: layers((layer) => layer.entropy),
    beatsReference: bitsPerByte.mean < referenceBits,
    machine: {
      tokensPerSecond: median(trials.map(({ machine }) => machine.tokensPerSecond)),
      peakMemoryBytes: Math.max(...trials.map(({ machine }) => machine.peakMemoryBytes)),
    },
  };
}

const bitsBySeed = (trials: readonly Trial[]) =>
  new Map(trials.map(({ seed, limited }) => [seed, limited.bitsPerByte]));

/** 0 without values: a dense model has no layers to average. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
