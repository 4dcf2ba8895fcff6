import { describeValue, isLiveTensor } from './describe-value.js';

/** Kinds of a value, each with the words in which an error asks for it. */
const kinds = {
  flag: ['true or false', (value) => typeof value === 'boolean'],
  function: ['a function', (value) => typeof value === 'function'],
  list: ['an array', Array.isArray],
  number: ['a number', (value) => typeof value === 'number'],
  numbers: ['an array of numbers', isNumbers],
  object: ['an object', (value) => typeof value === 'object' && value !== null],
  size: ['a whole number of at least 1', isSize],
  tensor: ['a tensor that is not disposed', isLiveTensor],
  text: ['a text', (value) => typeof value === 'string'],
} as const satisfies Readonly<Record<string, readonly [string, (value: unknown) => boolean]>>;

export type Kind = keyof typeof kinds;

/** A value that is not of its kind: for the message of an error. */
export interface Misfit {
  readonly asked: string;
  readonly got: string;
  readonly kind: Kind;
}

/**
 * The first member that is not of its kind. Arguments of a function are members as well: `findMisfit({ x, y }, ...)`.
 * @returns undefined where all members fit
 */
export function findMisfit(
  given: unknown,
  wanted: Readonly<Record<string, Kind>>,
): Misfit | undefined {
  if (typeof given !== 'object' || given === null) {
    const members = Object.keys(wanted).join(', ');
    return { asked: `an object with ${members}`, got: describeValue(given), kind: 'object' };
  }
  for (const [name, kind] of Object.entries(wanted)) {
    const [asked, fits] = kinds[kind];
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (!fits(value)) return { asked: `${name} as ${asked}`, got: describeValue(value), kind };
  }
  return undefined;
}

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isNumbers(value: unknown): boolean {
  if (!Array.isArray(value)) return ArrayBuffer.isView(value);
  return value.every((item) => typeof item === 'number');
}
