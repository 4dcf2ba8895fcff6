import { paint } from './paint.js';
import { pad, plainLine, widthOf } from './text/measure.js';
import { wrap } from './text/wrap.js';

/** Characters of text next to a name below which the text goes under it. */
const LEAST = 24;

/**
 * Names with what is said of each, one under the other; long texts are wrapped next to their names, or under them where
 * there is little room.
 */
export function facts(values: Readonly<Record<string, string>>, columns: number): string[] {
  const entries = Object.entries(values).map(([name, text]) => [plainLine(name), plainLine(text)]);
  const width = Math.max(0, ...entries.map(([name]) => widthOf(name!)));
  const room = columns - width - 2;
  return entries.flatMap(([name, text]) => {
    if (room < LEAST) {
      const below = wrap([text!], columns - 2).map((line) => `  ${line}`);
      return [...wrap([name!], columns).map(paint.bold), ...below];
    }
    const [first = '', ...more] = wrap([text!], room);
    const lines = more.map((line) => `${' '.repeat(width + 2)}${line}`);
    return [`${paint.bold(pad(name!, width))}  ${first}`.trimEnd(), ...lines];
  });
}
