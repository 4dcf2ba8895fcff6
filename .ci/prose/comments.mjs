/** Comments of C++ or WGSL. Strings are skipped, so that `"//"` begins none. */
export function commentsOfText(source, firstLine = 1) {
  const tokens = source.matchAll(/"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g);
  const comments = [...tokens].filter(({ 0: token }) => !token.startsWith('"'));
  return joined(
    comments.map(({ 0: token, index }) => ({
      line: firstLine + linesBefore(source, index),
      text: token,
      alone: isAlone(source, index),
    })),
  );
}

/** Comments of shell scripts, YAML and other files whose comments begin with `#`. */
export function hashComments(source) {
  const comments = [...source.matchAll(/(?<=^|\s)#(?!!) ?(.*)$/gm)];
  return joined(
    comments.map(({ 1: text, index }) => ({
      line: 1 + linesBefore(source, index),
      text: `//${text}`,
      alone: isAlone(source, index),
    })),
  );
}

/**
 * Line comments on consecutive lines are one text, except that a comment after code begins its own. Directives to tools
 * are left out.
 * @param comments each with its text, its line, and whether it has the line to itself
 */
export function joined(comments) {
  const texts = [];
  let last;
  for (const { line, text, alone } of comments) {
    if (/^\/[/*]+\s*(?:prettier-|eslint-|oxlint-|@ts-|@vite|<reference|clang-format)/.test(text))
      continue;
    if (text.startsWith('/*')) {
      texts.push({ line, text: blockOf(text) });
      last = undefined;
    } else if (last && alone && line === last.line + last.text.split('\n').length) {
      last.text += `\n${lineOf(text)}`;
    } else {
      last = { line, text: lineOf(text) };
      texts.push(last);
    }
  }
  return texts;
}

const lineOf = (comment) => proseOf(comment.replace(/^\/+ ?/, ''));

const blockOf = (comment) =>
  comment
    .slice(2, -2)
    .replace(/^\*/, '')
    .split('\n')
    .map((line) => proseOf(line.replace(/^\s*\*? ?/, '')))
    .join('\n');

/** A tag, an indented line and a wide gap begin a sentence of their own. */
const proseOf = (line) => line.replace(/^ {2,}|^(?=@)| {3,}/g, '. ');

/** Nothing but space before it on its line. */
export const isAlone = (source, index) =>
  /(?:^|\n)[ \t]*$/.test(source.slice(Math.max(0, index - 200), index));

const linesBefore = (source, index) => source.slice(0, index).split('\n').length - 1;
