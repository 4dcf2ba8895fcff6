import ts from 'typescript';

import { commentsOfText, isAlone, joined } from './comments.mjs';

const TITLES = new Set(['it', 'test', 'describe']);

/** Comments of a script, titles of its tests, and its strings that read as prose (messages, help, page texts). */
export function textsOfScript(file, source) {
  const script = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const isTest = /\.test\.|(?:^|\/)test\//.test(file);
  const comments = new Map();
  const texts = [];
  const lineOf = (position) => script.getLineAndCharacterOfPosition(position).line + 1;
  const addComments = (ranges) => {
    for (const { pos, end } of ranges ?? [])
      comments.set(pos, {
        line: lineOf(pos),
        text: source.slice(pos, end),
        alone: isAlone(source, pos),
      });
  };
  const visit = (node) => {
    addComments(ts.getLeadingCommentRanges(source, node.getFullStart()));
    addComments(ts.getTrailingCommentRanges(source, node.end));
    const string = stringOf(node);
    if (string === undefined) {
      for (const child of node.getChildren(script)) visit(child);
      return;
    }
    const line = lineOf(node.getStart(script));
    if (isShader(node, source)) texts.push(...commentsOfText(node.getText(script), line));
    else if ((isTest ? isTitle(node) : true) && isProse(string))
      texts.push({ line, text: plain(string) });
    visitHoles(node, visit);
  };
  visit(script);
  const sorted = [...comments].sort(([a], [b]) => a - b).map(([, comment]) => comment);
  return [...joined(sorted), ...texts];
}

/** The text of a literal or of literals joined with `+`, each hole as code; undefined for another expression. */
function stringOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return (
      node.head.text + node.templateSpans.map(({ literal }) => `\`x\`${literal.text}`).join('')
    );
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return;
  const [left, right] = [stringOf(node.left), stringOf(node.right)];
  if (left === undefined && right === undefined) return;
  return (left ?? '`x`') + (right ?? '`x`');
}

/** The expressions in the holes of a template, or between the parts of a sum, may hold strings too. */
function visitHoles(node, visit) {
  if (ts.isTemplateExpression(node)) {
    for (const { expression } of node.templateSpans) visit(expression);
  } else if (ts.isBinaryExpression(node)) {
    for (const side of [node.left, node.right])
      if (stringOf(side) === undefined) visit(side);
      else visitHoles(side, visit);
  }
}

/** `it('...')`, `it.each(...)('...')`, `describe.skipIf(...)('...')`. */
function isTitle(node) {
  const call = node.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== node) return false;
  let called = call.expression;
  while (!ts.isIdentifier(called)) {
    if (!ts.isCallExpression(called) && !ts.isPropertyAccessExpression(called)) return false;
    called = called.expression;
  }
  return TITLES.has(called.text);
}

const isShader = (node, source) =>
  /\/\* (?:wgsl|css) \*\/ ?$/.test(source.slice(node.pos, node.getStart()));

/** Two words in a row, and neither a line of code nor a list of numbers. */
const isProse = (text) =>
  /\p{L}{2,}[,;:]? (?:\p{L}+|`x`)/u.test(text) &&
  !/[{};]\n|=>|^import |(?:\S*\d\S*\s+){5}/m.test(text);

/** Without the characters that Markdown reads. A tag of HTML ends a sentence. */
const plain = (text) =>
  text
    .replaceAll(/<[^<>]*>/g, '. ')
    .replaceAll(/[<>#|*_[\]]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
