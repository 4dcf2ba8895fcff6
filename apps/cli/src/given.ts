/** The values of a record that are there. */
export function defined<Values extends object>(values: Values) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof Values]: NonNullable<Values[K]> };
}

/** A configuration over defaults; a key that is undefined is absent. */
export function overDefaults(defaults: object, config: object = {}): Record<string, unknown> {
  return { ...defined(defaults), ...defined(config) };
}

/** A section of a configuration with given values over it; anything but a section is left for the schema to refuse. */
export function over(section: unknown, values: Readonly<Record<string, unknown>>): unknown {
  const given = defined(values);
  const isSection = section === undefined || (section !== null && typeof section === 'object');
  return isSection && Object.keys(given).length > 0 ? { ...section, ...given } : section;
}
