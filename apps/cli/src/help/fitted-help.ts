import type { CommandUnknownOpts, Help, HelpConfiguration } from '@commander-js/extra-typings';

import { paint } from '../output/paint.js';
import { columnsOf } from '../output/terminal.js';
import { pad, widthOf } from '../output/text/measure.js';
import { wrap } from '../output/text/wrap.js';
import { examplesOf } from './examples.js';

/** Lines that are longer are hard to read; a pipe gets lines of this length too. */
const LONGEST = 80;

/** Characters of a description next to its term below which it goes under it. */
const LEAST = 30;

const INDENT = '  ';

/** Help that fits the terminal: examples first, options and commands in groups, long texts wrapped. */
export const fittedHelp: HelpConfiguration = {
  formatHelp: (command, help) => [...sections(command, help), ''].join('\n'),
  optionDescription: (option) => {
    const { defaultValue: value, description } = option;
    if (value === undefined || value === false || option.negate) return description;
    if (Array.isArray(value) && value.length === 0) return description;
    return `${description} (default: ${typeof value === 'string' ? value : JSON.stringify(value)})`;
  },
};

/** A term, and what it means. */
type Item = readonly [term: string, description: string];

function sections(command: CommandUnknownOpts, help: Help): string[] {
  const columns = Math.min(columnsOf(process.stdout), LONGEST);
  const list = (title: string, items: readonly Item[]) =>
    items.length === 0 ? [] : ['', paint.bold(title), ...itemLines(items, columns)];
  const ofGroups = <Of>(groups: Map<string, Of[]>, item: (one: Of) => Item) =>
    [...groups].flatMap(([title, some]) => list(title, some.map(item)));
  const { options, commands, arguments: given } = visible(command, help);
  return [
    ...wrap([sentence(help.commandDescription(command))], columns),
    '',
    ...wrap([`Usage: ${help.commandUsage(command)}`], columns, { hanging: INDENT.repeat(2) }),
    ...list('Examples', examplesOf(command)),
    ...list('Arguments', given),
    ...ofGroups(commands, (one) => [one.name(), help.subcommandDescription(one)]),
    ...ofGroups(options, (one) => [help.optionTerm(one), help.optionDescription(one)]),
  ];
}

function visible(command: CommandUnknownOpts, help: Help) {
  const options = help.visibleOptions(command);
  const commands = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  return {
    arguments: help
      .visibleArguments(command)
      .map((one): Item => [help.argumentTerm(one), help.argumentDescription(one)]),
    options: inGroups(options, (one) => one.helpGroupHeading ?? 'Other'),
    commands: inGroups(commands, (one) => one.helpGroup() || 'Commands'),
  };
}

function inGroups<Of>(items: readonly Of[], heading: (item: Of) => string): Map<string, Of[]> {
  const groups = new Map<string, Of[]>();
  for (const item of items) {
    const title = heading(item);
    groups.set(title, [...(groups.get(title) ?? []), item]);
  }
  return groups;
}

/** Terms with descriptions next to them, or below where one of them leaves too little room. */
function itemLines(items: readonly Item[], columns: number): string[] {
  const width = Math.max(...items.map(([term]) => widthOf(term)));
  const room = columns - INDENT.length * 2 - width;
  return items.flatMap(([term, description]) => {
    if (room < LEAST) return stacked(term, description, columns);
    const [first = '', ...more] = wrap([description], room);
    const lines = more.map((line) => `${' '.repeat(width + INDENT.length * 2)}${line}`);
    return [`${INDENT}${paint.cyan(pad(term, width))}${INDENT}${first}`, ...lines];
  });
}

function stacked(term: string, description: string, columns: number): string[] {
  const own = wrap([term], columns - INDENT.length, { hanging: INDENT });
  const below = description === '' ? [] : wrap([`${INDENT.repeat(2)}${description}`], columns);
  return [...own.map((line) => `${INDENT}${paint.cyan(line)}`), ...below];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}
