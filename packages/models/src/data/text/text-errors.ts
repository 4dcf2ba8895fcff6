import { fail } from '../../errors.js';

/** @param got what was found in its place */
export function notText(path: string, got: string, cause?: unknown) {
  return fail('MODELS_DATA_BINARY', {
    asked: `${path} must be UTF-8 text`,
    got,
    fix: 'Convert the file to UTF-8 (iconv, or "save as" in an editor), or decompress it.',
    cause,
  });
}

export function unreadable(path: string, cause: unknown) {
  return fail('MODELS_DATA_MISSING', {
    asked: `A text is read from ${path}`,
    got: cause instanceof Error ? cause.message : String(cause),
    fix: 'Check the path; it must name a readable file, or a folder of them.',
    cause,
  });
}

/** @param asked what the file must be */
export function wrongFormat(asked: string, got: string, cause?: unknown) {
  return fail('MODELS_DATA_FORMAT', {
    asked,
    got,
    fix: 'Check the file and the name of the field that holds the text (data.field).',
    cause,
  });
}

export function tooLarge(path: string, limit: number) {
  return fail('MODELS_DATA_LARGE', {
    asked: `A text is held in memory whole, so ${path} may have ${limit} bytes at most`,
    got: 'more',
    fix: 'Set maxBytes (data.maxBytes) to use that many bytes of its start, or split the file.',
  });
}
