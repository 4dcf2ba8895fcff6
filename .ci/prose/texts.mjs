import { extname } from 'node:path';

import { commentsOfText, hashComments } from './comments.mjs';
import { textsOfScript } from './texts-of-script.mjs';

/**
 * The prose of a file: pieces of `{ line, text }`, each a paragraph or more, `line` where it begins.
 * Markdown is one piece; other files give their comments, and sources their strings and test titles.
 */
export function textsOf(file, source) {
  const ending = extname(file);
  if (ending === '.md') return [{ line: 1, text: source }];
  if (['.ts', '.mts', '.js', '.mjs'].includes(ending)) return textsOfScript(file, source);
  if (['.cc', '.h'].includes(ending)) return commentsOfText(source);
  return hashComments(source);
}

/** One Markdown document of all pieces, and for each of its lines the line in the file. */
export function documentOf(pieces) {
  const text = [];
  const lines = [];
  for (const piece of pieces) {
    for (const [offset, line] of piece.text.split('\n').entries()) {
      text.push(line);
      lines.push(piece.line + offset);
    }
    text.push('');
    lines.push(piece.line);
  }
  return { text: text.join('\n'), lines };
}
