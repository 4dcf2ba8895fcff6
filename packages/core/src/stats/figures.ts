import { assertKinds } from '../arguments/assert-kinds.js';
import type { RoutingStats } from '../contract/routing-stats.js';
import { assertStats } from './assert-stats.js';

/** A figure that follows from a layer's counts. */
export interface RoutingFigure {
  /** In words, as event logs and charts have it. */
  readonly label: string;
  /** Head of its column where results are compared; figures without one have no column. */
  readonly column?: string;
  /** The same in two short lines, for terminals. Default: `column`, broken at its slash. */
  readonly narrow?: string;
  /** `ratio`: a number of at least 0; `share`: from 0 to 1, shown in per cent; `nats`: any number. */
  readonly format: 'ratio' | 'share' | 'nats';
  /** Which way is better, all else equal; null where neither is. */
  readonly better: 'lower' | 'higher' | null;
  of(stats: RoutingStats): number;
}

/**
 * Every figure of routing: statistics, results, reports, tables and logs read this list, in its order. A new one takes an
 * entry here and a row in docs/benchmark-method.md.
 */
export const ROUTING_FIGURES = {
  /** Real experts computed per token. */
  expertsPerToken: {
    label: 'experts per token',
    column: 'experts / token',
    format: 'ratio',
    better: null,
    of: ({ dispatchedPairs, tokens }) => ratio(dispatchedPairs, tokens),
  },
  /** Share of the selected pairs that capacity dropped. */
  droppedShare: {
    label: 'dropped share',
    column: 'dropped',
    narrow: 'drop-\nped',
    format: 'share',
    better: 'lower',
    of: ({ selectedPairs, dispatchedPairs }) =>
      ratio(selectedPairs - dispatchedPairs, selectedPairs),
  },
  /** Share of all slots taken by zero-compute experts. */
  nullShare: {
    label: 'null share',
    column: 'null',
    format: 'share',
    better: null,
    of: ({ nullSlots, selectedPairs }) => ratio(nullSlots, nullSlots + selectedPairs),
  },
  /** Share of the tokens that reached no real expert. */
  zeroComputeShare: {
    label: 'zero-compute share',
    format: 'share',
    better: null,
    of: ({ zeroComputeTokens, tokens }) => ratio(zeroComputeTokens, tokens),
  },
  /** Share of the rows that padding each expert to its capacity would add; 0 without capacity. */
  paddingShare: {
    label: 'padding share',
    format: 'share',
    better: 'lower',
    of: ({ paddedPairs, dispatchedPairs }) => ratio(paddedPairs - dispatchedPairs, paddedPairs),
  },
  /** MaxVio = (max load - mean load) / mean load; 0 at balance (2408.15664). */
  maxViolation: {
    label: 'max violation',
    column: 'max violation',
    narrow: 'max\nviol.',
    format: 'ratio',
    better: 'lower',
    of: ({ tokensPerExpert, dispatchedPairs }) => {
      const mean = dispatchedPairs / tokensPerExpert.length;
      return ratio(Math.max(...tokensPerExpert) - mean, mean);
    },
  },
  /** Mean entropy of the router's distribution over real experts, in nats. */
  entropy: { label: 'entropy', format: 'nats', better: null, of: ({ entropy }) => entropy },
  /** Mean share of the output weight that copies the input; 0 without copy experts. */
  dilution: { label: 'dilution', format: 'share', better: null, of: ({ dilution }) => dilution },
} as const satisfies Readonly<Record<string, RoutingFigure>>;

export type RoutingFigureName = keyof typeof ROUTING_FIGURES;

/** The value of each figure. */
export type RoutingSummary = { readonly [Name in keyof typeof ROUTING_FIGURES]: number };

/** Figures that follow from the counts: what reports show. */
export function summariseRouting(stats: RoutingStats): RoutingSummary {
  assertStats('summariseRouting', stats);
  return mapRoutingFigures((name) => ROUTING_FIGURES[name].of(stats));
}

/** A record with a value for each figure, in the order of the list. */
export function mapRoutingFigures<Value>(value: (name: RoutingFigureName) => Value): {
  [Name in keyof typeof ROUTING_FIGURES]: Value;
} {
  assertKinds('mapRoutingFigures', { value }, { value: 'function' });
  const names = Object.keys(ROUTING_FIGURES) as RoutingFigureName[];
  return Object.fromEntries(names.map((name) => [name, value(name)])) as never;
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
