import { fail } from '../errors.js';

const MOST_SEEDS = 10_000;

/** Parses a whole number as people write one: digits alone, no 0x10, no 1e3, no space. @throws CLI_USAGE */
export function wholeNumber(flag: string, least = 0): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= least) return value;
    const what = `a whole number of at least ${least}, below a billion`;
    throw notANumber(flag, text, what, Math.max(least, 1));
  };
}

/** Parses a number above 0 in decimal notation. @throws CLI_USAGE */
export function positiveNumber(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d*\.?\d+(e[+-]?\d+)?$/i.test(text) && Number.isFinite(value) && value > 0) return value;
    throw notANumber(flag, text, 'a number above 0', 1);
  };
}

/** Parses a number from `least` to `most` in decimal notation. @throws CLI_USAGE */
export function numberBetween(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const isNumber = /^\d*\.?\d+(e[+-]?\d+)?$/i.test(text) && Number.isFinite(value);
    if (isNumber && value >= least && value <= most) return value;
    const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
    throw notANumber(flag, text, `a number ${range}`, most === Infinity ? least : most);
  };
}

/** Parses seeds: `3` is the first three, `1,5` are those two, `7,` is that one. @throws CLI_USAGE */
export function seeds(text: string): readonly number[] {
  const parts = text.replace(/,\s*$/, '').split(',');
  const numbers = parts.map((part) => wholeNumber('--seeds')(part.trim()));
  if (text.includes(',')) return numbers;
  if (numbers[0]! > MOST_SEEDS) throw notANumber('--seeds', text, `at most ${MOST_SEEDS}`, 3);
  return Array.from({ length: numbers[0]! }, (_, index) => index + 1);
}

function notANumber(flag: string, text: string, what: string, example: number) {
  const fix = `For example: ${flag} ${example}`;
  return fail('CLI_USAGE', { asked: `${flag} must be ${what}`, got: JSON.stringify(text), fix });
}
