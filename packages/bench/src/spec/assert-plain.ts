/** Deeper than any configuration, shallower than the stack. */
const DEPTH = 100;

/**
 * Checks that a value is what JSON can hold: a module may export anything. A key that is undefined counts as absent.
 * @returns what is wrong, and where; undefined where nothing is
 */
export function plainProblem(
  value: unknown,
  path = 'the configuration',
  depth = 0,
): string | undefined {
  if (depth > DEPTH) return `${path.slice(0, 80)}, which contains itself or is nested too deeply`;
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} = ${value}`;
  if (typeof value !== 'object') return `${path}, which is a ${typeof value}`;
  if (!isPlain(value)) return `${path}, which is a ${kindOf(value)}`;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') return `${path} with a key called __proto__`;
    const problem = plainProblem(inner, depth === 0 ? key : `${path}.${key}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // an object of another realm has another Object.prototype, whose own prototype is null
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

const kindOf = (value: object) => value.constructor?.name || 'foreign object';
