import { wrongFormat } from './text-errors.js';

/** Names in a message. */
const SHOWN = 20;

/**
 * The text of a row.
 * @param where the row, as a message begins      @throws DATA_FORMAT when the row has no such text, saying what it has
 */
export function textField(row: unknown, field: string, where: string): string {
  if (!isRecord(row)) throw lacks(field, where, kindOf(row));
  if (!Object.hasOwn(row, field)) throw lacks(field, where, membersOf(row, field));
  return wellFormed(row[field], field, where);
}

/** @throws DATA_FORMAT where a value is not text, or no Unicode text */
export function wellFormed(value: unknown, field: string, where: string): string {
  if (typeof value !== 'string') throw lacks(field, where, `${kindOf(value)} under that name`);
  const half = /\p{Cs}/u.exec(value);
  if (!half) return value;
  throw wrongFormat(
    `${where} must have a text of Unicode characters named ${field}`,
    `half a surrogate pair, ${JSON.stringify(half[0])}`,
  );
}

function lacks(field: string, where: string, got: string) {
  return wrongFormat(`${where} must have a text named ${field}`, got);
}

/** The members of a row, and where one inside another has the name. */
function membersOf(row: Readonly<Record<string, unknown>>, field: string): string {
  const names = Object.keys(row);
  const outer = names.find((name) => isRecord(row[name]) && Object.hasOwn(row[name], field));
  if (outer !== undefined) return `${field} inside ${outer}, where it is not looked for`;
  return listed(names);
}

/** Names for a message. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'no field';
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
