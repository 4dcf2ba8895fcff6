import type { Subject } from '../subject.js';

/** One clause of the router contract, as code. */
export interface RouterCheck<Name extends string = string> {
  /** Key of the check in `skip`, and start of the test's title. */
  readonly name: Name;
  /** The consequence for a user whose router breaks this clause. */
  readonly why: string;
  /** @throws ContractViolation, or whatever the router throws */
  readonly run: (subject: Subject) => void;
}
