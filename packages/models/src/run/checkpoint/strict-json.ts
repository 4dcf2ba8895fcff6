import { fail } from '../../errors.js';

/** Deeper than anything that moekit writes, and shallow enough to walk recursively. */
const DEEPEST = 64;

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/**
 * Parses JSON in which no object has the same key twice (JSON.parse would keep the last one without a word), and nothing
 * lies deeper than 64 levels.
 * @param from what the text is, for the message
 * @throws MODELS_CHECKPOINT_CORRUPT
 */
export function parseStrictJson(text: string, from: string): unknown {
  const { depth, keys } = measure(text);
  if (depth > DEEPEST) throw damaged(from, `${depth} levels of objects and arrays`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(from, firstLine(cause), cause);
  }
  if (keys === countKeys(value)) return value;
  throw damaged(from, 'an object that has the same key twice');
}

/** How deep a JSON text is, and how many keys are written in it; no more than a look at each character. */
function measure(text: string): { readonly depth: number; readonly keys: number } {
  let [depth, deepest, keys, quoted] = [0, 0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) i += code === BACKSLASH ? 1 : 0;
    else if (code === COLON) keys++;
    else if (OPEN.has(code)) deepest = Math.max(deepest, ++depth);
    else if (CLOSE.has(code)) depth--;
  }
  return { depth: deepest, keys };
}

function countKeys(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  const inside = Object.values(value).reduce<number>((sum, item) => sum + countKeys(item), 0);
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

/** The error for every damaged part of a checkpoint. */
export function damaged(part: string, got: string, cause?: unknown) {
  return fail('MODELS_CHECKPOINT_CORRUPT', {
    asked: `${part} must be unchanged since it was written`,
    got,
    fix: 'Use another checkpoint; this one is left unchanged.',
    cause,
  });
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!.slice(0, 200);
}
