import { fail } from '../errors.js';

/** An excerpt of a file, fit for a terminal: one line, no control characters, not endless. */
export function shown(text: string, longest = 300): string {
  const escaped = text
    .slice(0, longest)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
      return `\\u{${character.codePointAt(0)!.toString(16)}}`;
    });
  return text.length > longest ? `${escaped}...` : escaped;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** @param got what was found in its place */
export function notText(path: string, got: string, cause?: unknown) {
  return fail('DATA_BINARY', {
    asked: `${shown(path)} must be UTF-8 text`,
    got: shown(got),
    fix: 'Convert the file to UTF-8 (iconv, or "save as" in an editor), or decompress it.',
    cause,
  });
}

export function unreadable(path: string, cause: unknown) {
  return fail('DATA_MISSING', {
    asked: `Cannot read ${shown(path)}: ${shown(messageOf(cause))}`,
    fix: 'Check the path: it must be a readable file, or a folder of such files.',
    cause,
  });
}

/** @param asked what the file must be */
export function wrongFormat(asked: string, got: string, cause?: unknown) {
  return fail('DATA_FORMAT', {
    asked: shown(asked),
    got: shown(got),
    fix: 'Check the file and the name of the field that holds the text (data.field).',
    cause,
  });
}

export function tooLarge(path: string, limit: number) {
  return fail('DATA_LARGE', {
    asked: `A text is held in memory, so ${shown(path)} may have at most ${limit} bytes`,
    got: 'more',
    fix: 'Set maxBytes (data.maxBytes) to use only its beginning, or split the file.',
  });
}

/** @param times how often larger it is unfolded than on disk */
export function unfolds(path: string, times: number) {
  return fail('DATA_LARGE', {
    asked: `${shown(path)} must unfold to at most ${times} times its size`,
    got: 'more, as only malicious files do',
    fix: 'If you trust the file, decompress it yourself, or set maxBytes (data.maxBytes) to use only its beginning.',
  });
}
