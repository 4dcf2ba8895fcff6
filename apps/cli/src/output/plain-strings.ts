/** The same value with every text on one line and without control characters, which would steer the terminal. */
export function plainStrings<Value>(value: Value): Value {
  if (typeof value === 'string') return plain(value) as Value;
  if (Array.isArray(value)) return value.map(plainStrings) as Value;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [plain(key), plainStrings(item)]);
  return Object.fromEntries(entries) as Value;
}

const plain = (text: string) =>
  text.replace(/\s+/g, ' ').replace(/\p{Cc}|\p{Surrogate}|\p{Bidi_Control}/gu, '\uFFFD');
