import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Candidate } from './candidate.js';
import type { Values } from './values.js';

type Option = CommandUnknownOpts['options'][number];

/**
 * The next word of a command line: commands, options that it does not have yet, or values.
 * @param words after `moekit`; the last is the one that is typed
 */
export async function candidatesFor(
  program: CommandUnknownOpts,
  words: readonly string[],
  values: Values,
): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? '';
  const { command, option, position, given } = walk(program, words.slice(0, -1));
  if (option) return matching(await values.ofOption(option, typed), typed);
  const [flag, value] = typed.split(/=(.*)/s, 2);
  const named = value === undefined ? undefined : optionNamed(command, flag!);
  if (named) {
    const found = matching(await values.ofOption(named, value!), value!);
    return found.map((one) =>
      one.value.startsWith(':') ? one : { ...one, value: `${flag}=${one.value}` },
    );
  }
  const options = optionsOf(command, given);
  if (typed.startsWith('-')) return matching(options, typed);
  const commands = position > 0 ? [] : commandsOf(command);
  const argument = command.registeredArguments.at(position) ?? variadicOf(command);
  const found = argument ? await values.ofArgument(argument, command.name()) : [];
  const matched = matching([...commands, ...found], typed);
  return matched.length > 0 || typed !== '' ? matched : options;
}

interface Place {
  readonly command: CommandUnknownOpts;
  /** The option whose value is typed. */
  readonly option: Option | undefined;
  /** Arguments before the word that is typed. */
  readonly position: number;
  readonly given: ReadonlySet<string>;
}

function walk(program: CommandUnknownOpts, words: readonly string[]): Place {
  let command = program;
  let option: Option | undefined;
  let position = 0;
  const given = new Set<string>();
  for (const word of words) {
    if (option) {
      option = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const [flag] = word.split('=', 1);
      given.add(flag!);
      const found = optionNamed(command, flag!);
      option = found?.required === true && !word.includes('=') ? found : undefined;
      continue;
    }
    const next = position === 0 && command.commands.find((one) => one.name() === word);
    if (next) command = next;
    else position++;
  }
  return { command, option, position, given };
}

const optionNamed = (command: CommandUnknownOpts, flag: string) =>
  command.options.find(({ long, short }) => long === flag || short === flag);

const variadicOf = (command: CommandUnknownOpts) =>
  command.registeredArguments.find(({ variadic }) => variadic);

function commandsOf(command: CommandUnknownOpts): readonly Candidate[] {
  return command.commands.map((one) => ({ value: one.name(), meaning: one.description() }));
}

/** Those that are not given yet; one with a list of values may come again. */
function optionsOf(command: CommandUnknownOpts, given: ReadonlySet<string>): readonly Candidate[] {
  const help = { value: '--help', meaning: 'examples and options' };
  const own = command.options
    .filter(
      ({ long, hidden, defaultValue }) =>
        long && !hidden && (Array.isArray(defaultValue) || !given.has(long)),
    )
    .map(({ long, description }) => ({ value: long!, meaning: description }));
  return given.has('--help') ? own : [...own, help];
}

/** Paths where no name fits what is typed. */
function matching(all: readonly Candidate[], typed: string): readonly Candidate[] {
  const names = all.filter(({ value }) => !value.startsWith(':') && value.startsWith(typed));
  const paths = all.filter(({ value }) => value.startsWith(':'));
  return typed !== '' && names.length > 0 ? names : [...names, ...paths];
}
