import { fail } from '../errors.js';

/**
 * Sizes that layers are made of, as a program in plain JavaScript may get them wrong.
 * @param what whose sizes: `a router`      @throws MOE_SPEC naming the size, and unknown members
 */
export function assertSizes(what: string, sizes: object, names: readonly string[]): void {
  const given = (sizes ?? {}) as Readonly<Record<string, unknown>>;
  for (const name of names) {
    const size = given[name];
    if (Number.isInteger(size) && (size as number) >= 1) continue;
    throw fail('MOE_SPEC', {
      asked: `${name} of ${what} must be a whole number of at least 1`,
      got:
        size === undefined
          ? `none among ${Object.keys(given).join(', ') || 'no sizes'}`
          : String(size),
      fix: `Pass a ${name} that fits the model.`,
    });
  }
}
