import fc from 'fast-check';

/** One change of an input. */
export type Edit<Value> = (value: Value) => Value;

/** A place in something of unknown length, as a share of it. */
export const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

export const at = (share: number, length: number) => Math.floor(share * length);
