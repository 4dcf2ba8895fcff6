import { Markup, markup } from '../markup.js';
import { STYLE } from './style/index.js';

/** The page needs no script and no network; a policy stands behind the escaping. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export interface HtmlPage {
  readonly title: string;
  /** The first heading and what belongs to it. */
  readonly header: Markup;
  /** A list of links into the content. */
  readonly contents: Markup;
  readonly content: Markup;
}

/** A whole page: its header, its contents at the side or behind a line, its content. */
export function htmlPage({ title, header, contents, content }: HtmlPage): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="moekit">
<title>moekit: ${title}</title>
<style>${Markup.trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="page">
<header>${header}</header>
<nav class="contents" aria-label="Contents"><details><summary>Contents</summary>${contents}</details></nav>
<main id="content">
${content}
</main>
</div>
</body>
</html>
`.toString();
}
