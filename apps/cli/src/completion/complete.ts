import { oneLine } from '../output/paint.js';
import { print } from '../output/terminal.js';
import { createProgram } from '../program.js';
import { candidatesFor } from './candidates.js';
import { builtInValues } from './values.js';
import { wordsOf } from './words.js';

/** Answers a shell that asks for the next word: a value and what it means on each line. */
export async function complete(shell: string, line: string): Promise<void> {
  const [, ...words] = wordsOf(line);
  const program = createProgram(() => undefined);
  const found = await candidatesFor(program, words, builtInValues);
  const typed = words.at(-1) ?? '';
  // bash completes what follows the last of these signs, see COMP_WORDBREAKS
  const known = shell === 'bash' ? Math.max(typed.lastIndexOf('='), typed.lastIndexOf(':')) + 1 : 0;
  const lines = found.map(({ value, meaning }) => {
    const shown = value.startsWith(':') ? value : value.slice(known);
    return meaning === '' ? shown : `${shown}\t${oneLine(meaning)}`;
  });
  print(lines.map((text) => `${text}\n`).join(''));
}
