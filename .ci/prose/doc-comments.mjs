/** The doc comments of a TypeScript source as Markdown, each line where it was, so that findings have its number. */
export function docCommentsOf(source) {
  let end = 0;
  let prose = '';
  for (const comment of source.matchAll(/^[ \t]*\/\*\*([\s\S]*?)\*\//gm)) {
    prose += source.slice(end, comment.index).replace(/[^\n]/g, '');
    prose += proseOf(comment[1]);
    end = comment.index + comment[0].length;
  }
  return prose;
}

/** Without the stars. A tag, an indented line and a wide gap begin a sentence of their own. */
const proseOf = (comment) =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').replace(/^ {2,}|^(?=@)| {3,}/g, '. '))
    .join('\n');
