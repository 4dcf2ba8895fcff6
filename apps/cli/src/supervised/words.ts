/**
 * What ends work early; a supervisor passes it on to its process. SIGPIPE stands for an output whose reader has gone.
 */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

/**
 * What a supervised process tells its supervisor: `beat` again and again while it does work that ends early when asked,
 * `done` when that work has ended.
 */
export type Word = 'beat' | 'done';

/** Milliseconds between two beats of a process that is not busy. */
export const BEAT = 250;
