import { z } from 'zod';

/** The figures that JSON has no number for, by name. JSON.stringify alone makes `null` of them. */
const NAMES = ['Infinity', '-Infinity', 'NaN'] as const;

/** A number in JSON. */
export type PlainNumber = number | (typeof NAMES)[number];

/** A figure in a schema: any number, also as {@link stringifyFigures} wrote it; a number when parsed. */
export const figure: z.ZodType<number, PlainNumber> = z.union([
  z.custom<number>((value) => typeof value === 'number', 'must be a number'),
  z.enum(NAMES).transform(Number),
]);

/** JSON in which figures that are not finite have their names; a schema with {@link figure} reads it back. */
export function stringifyFigures(value: unknown, space?: number): string {
  return JSON.stringify(value, nameFigure, space);
}

/**
 * Reads {@link stringifyFigures} where there is no schema, and no text that could be one of the names.
 * @throws SyntaxError when it is not JSON
 */
export function parseFigures(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => (isName(value) ? Number(value) : value));
}

function nameFigure(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function isName(value: unknown): boolean {
  return (NAMES as readonly unknown[]).includes(value);
}
