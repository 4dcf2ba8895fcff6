import type { RoutingSummary } from '@moekit/core';
import { summariseRouting } from '@moekit/core';
import type { EarlyStoppingState, TrainEvent } from '@moekit/models';

import type { FlopsCount } from '../trial/count-flops.js';
import { addCount, nothingCounted, trainingFlops } from '../trial/count-flops.js';
import { TrainingPart } from '../trial/training-part.js';
import { loggedEvents } from './logged-events.js';

/** Parts of training that curves have a point for, and that pictures of loads have a line for. */
const [POINTS, TIMES] = [100, 16];

type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Some consecutive steps of training, as means. */
export interface LoggedPart {
  /** The last of them. */
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly routerLoss: number;
  readonly learningRate: number;
  /** One per MoE layer. */
  readonly layers: readonly RoutingSummary[];
}

/** One evaluation on held-out data. */
export interface LoggedEvaluation {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly layers: readonly RoutingSummary[];
  /** Forward and backward, of the steps logged so far. */
  readonly trainingFlops: number;
}

/** A training log in bounded size. */
export interface FoldedLog {
  /** The first and the last step that it has; a run that began with a checkpoint starts later. */
  readonly firstStep: number;
  readonly lastStep: number;
  /** All steps that the run was to take. */
  readonly steps: number;
  readonly training: readonly LoggedPart[];
  readonly evaluations: readonly LoggedEvaluation[];
  /** [time][layer][expert] share of the layer's rows. */
  readonly loads: readonly (readonly (readonly number[])[])[];
  readonly earlyStop: EarlyStoppingState | null;
  readonly compute: {
    readonly tokens: number;
    readonly trainingFlops: number;
    readonly seconds: number;
  };
}

/** Folds a log, read twice; `undefined` where it has no step. @throws BENCH_TRAINING_RUN */
export async function foldLog(path: string): Promise<FoldedLog | undefined> {
  const range = await rangeOf(path);
  if (!range) return undefined;
  const folding = new Folding(range);
  for await (const event of loggedEvents(path)) folding.add(event);
  return { ...range, ...folding.folded() };
}

type Range = Pick<FoldedLog, 'firstStep' | 'lastStep' | 'steps'>;

async function rangeOf(path: string): Promise<Range | undefined> {
  let range: Range | undefined;
  for await (const event of loggedEvents(path)) {
    if (event.type !== 'step') continue;
    const { step, steps } = event;
    range = { firstStep: range?.firstStep ?? step, lastStep: step, steps };
  }
  return range;
}

class Folding {
  readonly #range: Range;
  readonly #parts = new Map<number, { readonly part: TrainingPart; last: StepEvent }>();
  readonly #times = new Map<number, TrainingPart>();
  readonly #evaluations: LoggedEvaluation[] = [];
  #earlyStop: EarlyStoppingState | null = null;
  #count: FlopsCount = nothingCounted;
  #seconds = 0;

  constructor(range: Range) {
    this.#range = range;
  }

  add(event: TrainEvent): void {
    if (event.type === 'step') this.#addStep(event);
    else if (event.type === 'evaluation') this.#addEvaluation(event);
    else if (event.type === 'early-stop') this.#earlyStop = event.earlyStopping;
    else this.#earlyStop = null; // it was resumed
  }

  folded(): Omit<FoldedLog, keyof Range> {
    const { tokens, total } = trainingFlops(this.#count);
    return {
      training: [...this.#parts.values()].map(({ part, last }) => ({
        ...part.means(),
        learningRate: last.learningRate,
      })),
      evaluations: this.#evaluations,
      loads: [...this.#times.values()].map((part) => part.loads()),
      earlyStop: this.#earlyStop,
      compute: { tokens, trainingFlops: total, seconds: this.#seconds },
    };
  }

  #addStep(event: StepEvent): void {
    this.#count = addCount(this.#count, event);
    this.#seconds += event.seconds;
    const at = this.#placeOf(event, POINTS);
    const known = this.#parts.get(at) ?? { part: new TrainingPart(), last: event };
    known.part.add(event);
    known.last = event;
    this.#parts.set(at, known);
    const time = this.#placeOf(event, TIMES);
    const loads = this.#times.get(time) ?? new TrainingPart();
    loads.add(event);
    this.#times.set(time, loads);
  }

  #addEvaluation({ step, evaluation }: Extract<TrainEvent, { type: 'evaluation' }>): void {
    const { total } = trainingFlops(this.#count);
    const layers = evaluation.layers.map(summariseRouting);
    this.#evaluations.push({ step, metrics: evaluation.limited, layers, trainingFlops: total });
  }

  /** The place of a step among so many equal parts of the log. */
  #placeOf({ step }: StepEvent, parts: number): number {
    const { firstStep, lastStep } = this.#range;
    return Math.floor(((step - firstStep) * parts) / (lastStep - firstStep + 1));
  }
}
