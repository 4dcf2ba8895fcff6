import type { Form } from './mutations.js';

/** A reader of foreign bytes under attack. */
export interface Target {
  readonly name: string;
  readonly form: Form;
  /** Inputs that the reader takes; all others are made of these. */
  readonly seeds: () => Promise<readonly Buffer[]> | readonly Buffer[];
  /**
   * Reads one input and checks the result if it is accepted: a fault is a plain `Error` that says what is wrong,
   * a refusal an error with a code.
   * @param folder empty, for this input alone
   */
  readonly read: (input: Buffer, folder: string) => Promise<void> | void;
}

/** @throws a finding: something accepted that must not be */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`accepted, but ${what}`);
}

/** Thrown for a reader that leaves out what it refuses without an error. */
export class Refused extends Error {}
