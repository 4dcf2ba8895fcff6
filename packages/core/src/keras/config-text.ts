/**
 * JSON that survives a saved model. TensorFlow.js turns every key and string of a layer's config into snake_case and
 * back, which is not the identity (`kMAX`, `my_option`); text without capitals and underscores passes unchanged.
 */
export function toConfigText(value: unknown): string {
  const escape = (letter: string) => `\\u00${letter.charCodeAt(0).toString(16)}`;
  return JSON.stringify(value ?? null).replace(/[A-Z_]/g, escape);
}

/** @throws SyntaxError when the text is not JSON */
export function fromConfigText(text: string): unknown {
  return JSON.parse(text) as unknown;
}
