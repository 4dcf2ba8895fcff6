import { fail } from '../errors.js';

const STRING = /"(?:[^"\\]|\\.)*"/g;

/**
 * Parses JSON in which no object has the same key twice: JSON.parse would keep the last one without a word.
 * @param from what the text is, for the message
 * @throws MODELS_CHECKPOINT_CORRUPT
 */
export function parseStrictJson(text: string, from: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(from, firstLine(cause), cause);
  }
  const written = text.replace(STRING, '').split(':').length - 1;
  if (written === countKeys(value)) return value;
  throw damaged(from, 'an object that has the same key twice');
}

function countKeys(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  const inside = Object.values(value).reduce<number>((sum, item) => sum + countKeys(item), 0);
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

/** What every damaged part of a checkpoint is reported as. */
export function damaged(part: string, got: string, cause?: unknown) {
  return fail('MODELS_CHECKPOINT_CORRUPT', {
    asked: `${part} must be as it was written`,
    got,
    fix: 'Use another checkpoint; this one is left as it is.',
    cause,
  });
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!.slice(0, 200);
}
