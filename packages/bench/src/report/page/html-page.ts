import { Markup, markup } from '../markup.js';
import { STYLE } from './style.js';

/** The page needs no script and no network; a policy stands behind the escaping. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** A whole page around its content. */
export function htmlPage(title: string, content: Markup): string {
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
<main id="content">
${content}
</main>
</body>
</html>
`.toString();
}
