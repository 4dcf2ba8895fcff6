import { format } from '../statistics/format.js';
import { describeContinuation } from './describe-continuation.js';
import type { TrainedRun } from './read-training-run.js';

/** The state of a run in words: how far it came, and how. */
export function stateWords({ state, step, steps, log }: TrainedRun): string {
  if (state === 'finished') return `${step} steps`;
  if (state === 'unfinished') return `unfinished, step ${step} of ${steps}`;
  const best = log?.earlyStop?.best;
  const why = best ? `, no better than ${format.bits(best.loss)} of step ${best.step}` : '';
  return `stopped early after step ${step} of ${steps}${why}`;
}

/** The facts that a reader must know of a run before comparing it; empty where it is whole and began at its first step. */
export function remarksOn(run: TrainedRun): readonly string[] {
  const { state, log, settings, end, history } = run;
  return [
    ...(state === 'unfinished'
      ? [`${stateWords(run)}: it was stopped or killed, or it trains still`]
      : []),
    ...(state === 'stopped early' ? [stateWords(run)] : []),
    ...(log ? [] : ['has no log (it was trained with --no-log): no curves, no compute']),
    ...(log && log.firstStep > 1 && !history.some(({ kind }) => kind === 'branch')
      ? [`its log starts at step ${log.firstStep}`]
      : []),
    ...(settings ? [] : ['has no checkpoint next to its log: its settings are unknown']),
    ...(end ? [] : ['was not evaluated on held-out data']),
    ...history.map(describeContinuation),
  ];
}

/** Why losses of these runs do not say which is better; `undefined` where they do. */
export function incomparable(runs: readonly TrainedRun[]): string | undefined {
  const differing = (paths: readonly string[]) =>
    paths.some((path) => {
      const values = runs.flatMap(({ settings }) => (settings ? [settings[path]] : []));
      return new Set(values).size > 1;
    });
  if (differing(['task']))
    return 'The runs have different tasks: their losses measure different things.';
  if (differing(['data.tokenizer'])) {
    return 'The runs read different tokens: a loss per token of one does not compare with that of another. Bits per byte do.';
  }
  return differing(['data hash'])
    ? 'The runs have different data: their losses are not of the same text.'
    : undefined;
}

/** The run of the lowest held-out loss in a sentence, where losses compare and there are several. */
export function bestWords(runs: readonly TrainedRun[]): string | undefined {
  if (incomparable(runs) !== undefined) return undefined;
  const rated = runs.flatMap(({ label, best }) => (best ? [{ label, ...best }] : []));
  const [first, second] = rated.sort((a, b) => a.loss - b.loss);
  if (!first || !second) return undefined;
  const all = rated.length === runs.length ? '' : ' of those that were evaluated';
  return `${first.label} reached the lowest held-out loss${all}: ${format.bits(first.loss)} at step ${first.step}, ${format.bits(second.loss - first.loss)} below ${second.label} (step ${second.step}). One run each: how much of that is chance, only several seeds tell.`;
}
