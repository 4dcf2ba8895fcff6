import { stopGradient } from '@moekit/kernels';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { concat, reshape, tidy } from '@tensorflow/tfjs-core';

import { assertKinds } from '../arguments/assert-kinds.js';
import type { Routing } from '../contract/routing.js';
import type { RouterStatistic, StepStatistics } from '../contract/statistics.js';

/** The numbers of one statistic of one pass. */
export interface PassStatistic {
  readonly over: RouterStatistic['over'];
  /** [E] or [E*B] */
  readonly values: readonly number[];
}

export type PassStatistics = Readonly<Record<string, PassStatistic>>;

/** The statistics of a routing as one tensor, and how to read it. */
export interface EncodedStatistics {
  /** float32 [n], outside the tape, owned by the caller; absent for a routing without statistics. */
  readonly values?: Tensor1D;
  /** n */
  readonly size: number;
  /** @param values the tensor, read back */
  decode(values: ArrayLike<number>): PassStatistics;
}

/** Made small and read back together with the rest of a step. */
export function encodeStatistics(routing: Pick<Routing, 'statistics'>): EncodedStatistics {
  assertKinds('encodeStatistics', { routing }, { routing: 'object' });
  const { statistics = {} } = routing;
  const entries = Object.entries(statistics);
  const layout = entries.map(([name, { over, values }]) => ({ name, over, size: values.size }));
  const size = layout.reduce((sum, part) => sum + part.size, 0);
  const decode = (read: ArrayLike<number>): PassStatistics => {
    const all = Array.from(read);
    let end = 0;
    return Object.fromEntries(
      layout.map(({ name, over, size: n }) => [name, { over, values: all.slice(end, (end += n)) }]),
    );
  };
  if (entries.length === 0) return { size, decode };
  const values = tidy(() =>
    concat(entries.map(([, made]) => reshape(stopGradient(made.values), [-1]) as Tensor1D)),
  );
  return { values, size, decode };
}

/** The statistics of a step, each over the passes that have it: sums are added up, means weighed by their tokens. */
export function joinStatistics(
  passes: readonly { readonly tokens: number; readonly statistics: PassStatistics }[],
): StepStatistics {
  assertKinds('joinStatistics', { passes }, { passes: 'list' });
  passes.forEach((pass) =>
    assertKinds('joinStatistics', pass, { tokens: 'number', statistics: 'object' }),
  );
  const names = new Set(passes.flatMap(({ statistics }) => Object.keys(statistics)));
  return Object.fromEntries([...names].map((name) => [name, join(name, passes)]));
}

type Passes = Parameters<typeof joinStatistics>[0];

/** One statistic, over the passes that have it. */
function join(name: string, all: Passes): readonly number[] {
  const passes = all.filter(({ statistics }) => statistics[name]);
  const tokens = passes.reduce((sum, pass) => sum + pass.tokens, 0);
  const { over, values } = passes[0]!.statistics[name]!;
  return values.map((_, i) =>
    passes.reduce((sum, pass) => {
      const weight = over === 'sum' || passes.length === 1 ? 1 : pass.tokens / Math.max(tokens, 1);
      return sum + weight * (pass.statistics[name]!.values[i] ?? 0);
    }, 0),
  );
}
