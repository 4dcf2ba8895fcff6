import { oneLine } from './paint.js';

/** The same value with every text on one line: a table and a remark have their own. */
export function plainStrings<Value>(value: Value): Value {
  if (typeof value === 'string') return oneLine(value) as Value;
  if (Array.isArray(value)) return value.map(plainStrings) as Value;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [oneLine(key), plainStrings(item)]);
  return Object.fromEntries(entries) as Value;
}
