import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { MoekitError } from '@moekit/kernels/error';
import { nearest } from '@moekit/kernels/error';
import type { CommanderError } from 'commander';

import { fail } from '../errors.js';
import { unknownFlags } from './unknown-flags.js';

/**
 * The mistakes behind an error of commander, each with the nearest name there is.
 * @param args the words after the program's name
 */
export function usageErrors(
  program: CommandUnknownOpts,
  args: readonly string[],
  error: CommanderError,
): readonly MoekitError[] {
  const command = commandOf(program, args);
  const named = nameOf(command);
  const said = error.message.replace(/^error: /, '').replace(/\.$/, '');
  const [quoted = said] = /(?<=')[^']+(?=')/.exec(said) ?? [];
  switch (error.code) {
    case 'commander.unknownOption':
      return unknownFlags(command, args).map((flag) => unknownOption(command, flag));
    case 'commander.unknownCommand':
      return [unknownCommand(command, quoted)];
    case 'commander.missingArgument':
      return [missing(`${named} needs the argument <${quoted}>`, command)];
    case 'commander.optionMissingArgument':
      return [missing(`${named} ${quoted.split(' ')[0]!} needs a value: ${quoted}`, command)];
    case 'commander.excessArguments':
      return [excess(command, args)];
    default:
      return [missing(`${named} cannot read the command line: ${said}`, command)];
  }
}

/** The command that the words lead to. */
function commandOf(program: CommandUnknownOpts, args: readonly string[]): CommandUnknownOpts {
  const [first, ...rest] = args.filter((word) => !word.startsWith('-'));
  const below = program.commands.find((command) => command.name() === first);
  return below ? commandOf(below, rest) : program;
}

/** `moekit backend install` */
function nameOf(command: CommandUnknownOpts): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

function unknownOption(command: CommandUnknownOpts, flag: string): MoekitError {
  const near = nearest(
    flag,
    command.options.flatMap(({ long }) => long ?? []),
  );
  return fail('CLI_USAGE', {
    asked: `${nameOf(command)} has no option ${flag}`,
    fix: near === undefined ? helpOf(command) : `Did you mean ${near}?`,
  });
}

function unknownCommand(command: CommandUnknownOpts, name: string): MoekitError {
  const names = command.commands.map((below) => below.name());
  const near = nearest(name, names);
  return fail('CLI_USAGE', {
    asked: `${nameOf(command)} has no command ${name}`,
    fix: near === undefined ? `Commands are ${names.join(', ')}.` : `Did you mean ${near}?`,
  });
}

/** A word too many; most often the value of an option that was not named. */
function excess(command: CommandUnknownOpts, args: readonly string[]): MoekitError {
  const takes = command.registeredArguments.map((argument) => `<${argument.name()}>`);
  return fail('CLI_USAGE', {
    asked: `${nameOf(command)} takes ${takes.length === 0 ? 'no argument' : `only ${takes.join(' ')}`}`,
    got: beyond(command, args).join(' '),
    fix: `Name the option that the value is for, such as --router threshold. ${helpOf(command)}`,
  });
}

/** The words after those that name the command. */
function beyond(command: CommandUnknownOpts, args: readonly string[]): readonly string[] {
  const words = args.filter((word) => !word.startsWith('-'));
  return words.slice(nameOf(command).split(' ').length - 1);
}

function missing(asked: string, command: CommandUnknownOpts): MoekitError {
  return fail('CLI_USAGE', { asked, fix: helpOf(command) });
}

const helpOf = (command: CommandUnknownOpts) => `See ${nameOf(command)} --help.`;
