type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * A value as people type it: JSON where it parses as JSON (0.5, true, [1,2]), else the text itself.
 * @throws Error, in words for a message, for what no setting may be: an infinite number, a key called __proto__
 */
export function parseValue(text: string): Json {
  let refused: string | undefined;
  const check = (key: string, value: unknown) => {
    if (key === '__proto__') refused = 'a key called __proto__';
    if (typeof value === 'number' && !Number.isFinite(value))
      refused = 'a number beyond all limits';
    return value;
  };
  let value: Json;
  try {
    value = JSON.parse(text, check) as Json;
  } catch {
    return text;
  }
  if (refused !== undefined) throw new Error(`${refused} in ${text.slice(0, 80)}`);
  return value;
}
