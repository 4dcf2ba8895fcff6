import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Option } from 'commander';

/** The options among words that a command does not have, each once; a word that is the value of an option is none. */
export function unknownFlags(
  command: CommandUnknownOpts,
  words: readonly string[],
): readonly string[] {
  const unknown: string[] = [];
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    const word = words[i]!;
    if (!/^-./.test(word)) continue;
    const [flag = word] = word.split('=');
    const option = optionOf(command, flag);
    if (option?.required && !word.includes('=')) i++;
    if (!option && !unknown.includes(flag)) unknown.push(flag);
  }
  return unknown;
}

function optionOf(command: CommandUnknownOpts, flag: string): Option | undefined {
  return (command.options as readonly Option[]).find(
    ({ short, long }) => flag === short || flag === long,
  );
}
