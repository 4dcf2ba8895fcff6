import type { Row } from '../../results/results-schema.js';
import type { PairedDifference } from '../../statistics/paired-difference.js';
import type { Outcome } from '../../statistics/outcome.js';
import { outcomeOf } from '../../statistics/outcome.js';
import { metricDifference } from '../findings.js';
import type { Answerable } from '../named-experiment.js';

/** A row next to the one it is compared with. */
export interface Compared {
  readonly row: Row;
  readonly difference: PairedDifference | null;
  readonly outcome: Outcome;
  /** Measured FLOPs of its MoE layers in those of the other: 1 where compute is matched. */
  readonly compute: number;
}

/** Every other row with finished trials, best first by the first metric. */
export function compareRows({ manifest, rows }: Answerable, base: Row): Compared[] {
  const { name, better } = manifest.metrics[0]!;
  const value = (row: Row) => row.figures!.metrics[name]!.value.mean;
  const sign = better === 'lower' ? 1 : -1;
  const moe = (row: Row) => row.figures!.flops.evaluation.moe;
  return rows
    .filter((row) => row.figures && row !== base)
    .toSorted((a, b) => sign * (value(a) - value(b)))
    .map((row) => {
      const difference = metricDifference(row, base, name);
      const outcome = outcomeOf(difference, better);
      return { row, difference, outcome, compute: moe(row) / moe(base) };
    });
}

/** `better: a, b; worse: none` and so on, in the order of the words. */
export function byOutcome(compared: readonly Compared[], words: readonly Outcome[]): string {
  const list = (outcome: Outcome) =>
    compared.flatMap(({ row, outcome: its }) => (its === outcome ? [row.label] : []));
  return words
    .map((word) => [word, list(word)] as const)
    .filter(([word, labels]) => labels.length > 0 || word === 'better')
    .map(([word, labels]) => `${word}: ${labels.join(', ') || 'none'}`)
    .join('; ');
}
