import type { Schedule, TrainOptions } from '../contract.js';

/** The schedules by name; the first is the default. */
export const SCHEDULES = ['cosine', 'wsd', 'constant'] as const satisfies readonly Schedule[];

/** The options that decide the learning rate of every step. */
export type ScheduleOptions = Pick<
  TrainOptions,
  'steps' | 'learningRate' | 'warmupSteps' | 'finalLearningRate' | 'schedule' | 'decaySteps'
>;

/** Share of a `wsd` run that its cool-down takes when `decaySteps` is absent (2405.18392: 10 to 20 %). */
const DECAY_SHARE = 0.2;

/**
 * The learning rate of one step: linear warm-up to the peak, then the schedule's way down to a share of it.
 *
 *     cosine    r(p) = f + (1 - f) (1 + cos(pi p)) / 2,    p over all steps after the warm-up
 *     wsd       r(p) = f + (1 - f) (1 - sqrt(p)),          p over the last `decaySteps`; the peak before them
 *     constant  r    = 1
 *
 * Sources: cosine, 1608.03983; warm-up, stable, decay, 2404.06395; its cool-down of 1 - sqrt, 2405.18392.
 * @param step from 1; step `warmupSteps` has the peak and step `steps` the final rate
 */
export function learningRateAt(step: number, options: ScheduleOptions): number {
  const { learningRate, warmupSteps } = options;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  return learningRate * SHARES[options.schedule ?? 'cosine'](step, options);
}

/** The share of the peak at a step after the warm-up, by schedule. */
const SHARES: Readonly<Record<Schedule, (step: number, options: ScheduleOptions) => number>> = {
  cosine: (step, { steps, warmupSteps, finalLearningRate = 0.1 }) => {
    const progress = (step - warmupSteps) / Math.max(steps - warmupSteps, 1);
    const cosine = (1 + Math.cos(Math.PI * Math.min(progress, 1))) / 2;
    return finalLearningRate + (1 - finalLearningRate) * cosine;
  },
  wsd: (step, options) => {
    const { steps, finalLearningRate = 0.1 } = options;
    const decaySteps = decayStepsOf(options);
    const decayed = step - (steps - decaySteps);
    if (decayed <= 0) return 1;
    return finalLearningRate + (1 - finalLearningRate) * (1 - Math.sqrt(decayed / decaySteps));
  },
  constant: () => 1,
};

/** Steps of a `wsd` run's cool-down: as given, or a fifth of all. */
function decayStepsOf({ steps, decaySteps }: ScheduleOptions): number {
  return decaySteps ?? Math.round(steps * DECAY_SHARE);
}

/** The reason why no run can follow a schedule, with what to do; `undefined` where one can. */
export function scheduleFault(options: ScheduleOptions): string | undefined {
  const { schedule = 'cosine', steps, warmupSteps, decaySteps } = options;
  if (schedule !== 'wsd') {
    return decaySteps === undefined
      ? undefined
      : `belongs to schedule 'wsd', and this is '${schedule}': leave it out, or set schedule to 'wsd'`;
  }
  const decay = decayStepsOf(options);
  if (warmupSteps + decay <= steps) return undefined;
  const given = decaySteps === undefined ? `${decay}, a fifth of all` : String(decay);
  return `warmupSteps (${warmupSteps}) and decaySteps (${given}) must fit into ${steps} steps: lower one of them, or raise steps`;
}
