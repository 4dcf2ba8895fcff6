/**
 * Removes what two equal runs do not share: every key named `machine` (times, rates, memory, dates), at any depth.
 * The rest is the same bytes for the same experiment, seeds, backend and versions.
 */
export function stripTimes<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(stripTimes) as Value;
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'machine');
  return Object.fromEntries(kept.map(([key, item]) => [key, stripTimes(item)])) as Value;
}
