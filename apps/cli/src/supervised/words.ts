/**
 * The signals that end work early; a supervisor passes it on to its process. SIGPIPE means an output whose reader has gone.
 */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

/**
 * The messages of a supervised process to its supervisor: `beat` again and again while it does work that ends early when asked,
 * `heard` when it was asked, `done` when that work has ended, and last its exit code.
 */
export type Word = 'beat' | 'heard' | 'done' | number;

/** Milliseconds between two beats of a process that is not busy. */
export const BEAT = 250;

/** Milliseconds in which signals are one request: a launcher and a terminal both pass on what a user asks for once. */
export const ONE_REQUEST = 500;
