/** What a record has under a foreign name; undefined for what every object has, such as `constructor`. */
export function entryOf<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
