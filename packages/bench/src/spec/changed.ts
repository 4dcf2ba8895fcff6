type Config = Readonly<Record<string, unknown>>;

/** A configuration with a value at its keys. A section of another type stays, for the schema to refuse. */
export function changed<Of extends object>(at: Of, keys: readonly string[], value: unknown): Of {
  const [key, ...rest] = keys as [string, ...string[]];
  const inner = (at as Config)[key] ?? {};
  if (rest.length === 0) return { ...at, [key]: value };
  return isSection(inner) ? { ...at, [key]: changed(inner, rest, value) } : at;
}

/** An object without the key that the keys lead to, and without a section that this empties. */
export function without<Of extends object>(at: Of, keys: readonly string[]): Of {
  const [key, ...rest] = keys as [string, ...string[]];
  const { [key]: inner, ...others } = at as Config;
  if (rest.length === 0 || !isSection(inner)) return others as Of;
  const left = without(inner, rest);
  return (Object.keys(left).length === 0 ? others : { ...at, [key]: left }) as Of;
}

const isSection = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
