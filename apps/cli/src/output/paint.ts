import { randomInt } from 'node:crypto';

/** Two secret numbers: text from elsewhere cannot colour anything, since its codes lack them. */
const SIGNATURE = [randomInt(1000, 10_000), randomInt(1000, 10_000)].join(';');
const SIGNED = new RegExp(`\\u001b\\[([\\d;]+);${SIGNATURE}m`, 'g');

/** Gives a text a colour or a weight. */
export type Paint = (text: string) => string;

/** moekit's colours, which `printable` tells from all others, and leaves out where a stream has none. */
export const paint = {
  bold: painter(1, 22),
  dim: painter(2, 22),
  red: painter(31, 39),
  green: painter(32, 39),
  yellow: painter(33, 39),
  cyan: painter(36, 39),
};

/** Dark text on one of a terminal's 256 colours. */
export function highlight(colour: number): Paint {
  return painter(`38;5;16;48;5;${colour}`, '39;49');
}

function painter(open: number | string, close: number | string): Paint {
  return (text) => `${code(open)}${text}${code(close)}`;
}

function code(number: number | string): string {
  return `\u001b[${number};${SIGNATURE}m`;
}

/**
 * Control characters but tab and line break, marks that turn the direction of writing, halves of surrogate pairs: what
 * makes a terminal do something, or show other text than there is.
 */
const UNSAFE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/**
 * Text as a terminal may get it: what is unsafe is escaped as in JSON.
 * @param coloured keeps the colours of `paint`
 */
export function printable(text: string, coloured = true): string {
  const parts = text.split(SIGNED); // text, number of a colour, text, ...
  return parts
    .map((part, i) => (i % 2 === 0 ? escapeUnsafe(part) : coloured ? `\u001b[${part}m` : ''))
    .join('');
}

/** One line of what may have several. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\n\r\u2028\u2029]\s*/g, ' ');
}

/** The same of text without colours. */
export function escapeUnsafe(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
