/** The entry of a record under a foreign name; undefined for members of every object, such as `constructor`. */
export function entryOf<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
