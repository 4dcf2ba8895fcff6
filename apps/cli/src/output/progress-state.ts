import type { Job, PoolEvent, Progress } from '@moekit/bench';

/** The subject of a display. */
export interface Shown {
  readonly jobs: number;
  readonly backend: string;
  /** Said of each trial that ends. */
  readonly metric: { readonly name: string; readonly unit: string };
}

/** The state of a run for a progress display, folded from its events. */
export interface ProgressState {
  readonly total: number;
  readonly finished: number;
  /** Running trials in the order they started; no progress before the first step. */
  readonly running: ReadonlyMap<string, { readonly job: Job; readonly progress: Progress | null }>;
}

export function initialProgress(total: number): ProgressState {
  return { total, finished: 0, running: new Map() };
}

export function advance(state: ProgressState, event: PoolEvent): ProgressState {
  const running = new Map(state.running);
  const { job } = event;
  if (event.type === 'started') running.set(job.id, { job, progress: null });
  if (event.type === 'progress') running.set(job.id, { job, progress: event.progress });
  const ended = event.type === 'done' || event.type === 'failed';
  if (ended) running.delete(job.id);
  return { ...state, running, finished: state.finished + (ended ? 1 : 0) };
}

/** Share of all steps that were taken. */
export function shareDone({ total, finished, running }: ProgressState): number {
  if (total === 0) return 1;
  const parts = [...running.values()].map(({ progress }) =>
    progress ? progress.step / progress.steps : 0,
  );
  return parts.reduce((sum, part) => sum + part, finished) / total;
}

/** Seconds left at the pace so far; null while that says nothing. */
export function secondsLeft(state: ProgressState, elapsed: number): number | null {
  const done = shareDone(state);
  return done < 0.01 ? null : (elapsed * (1 - done)) / done;
}
