/** How a router broke the contract: what the contract asks, what the router did, what to change. */
export interface Violation {
  readonly asked: string;
  readonly got: string;
  readonly fix: string;
}

/** A failed conformance check. Not a MoekitError: it speaks about a router's code, not about a call of ours. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';

  constructor({ asked, got, fix }: Violation) {
    super(`${asked}, got ${got}. ${fix}`);
  }
}

/** @throws ContractViolation unless `holds` */
export function ensure(holds: boolean, violation: Violation | (() => Violation)): void {
  if (holds) return;
  throw new ContractViolation(typeof violation === 'function' ? violation() : violation);
}
