import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** Headings of commands in the help, in this order, with their commands. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'Compare routers': ['bench', 'sweep', 'report'],
  'Train and use a model': ['train', 'eval', 'generate', 'route', 'inspect'],
  'Look up': ['routers', 'tasks', 'experiments'],
  'Measure speed': ['layer-time', 'kernel-times'],
  'Set up': ['doctor', 'backend', 'new', 'completion'],
};

/** Headings of options, in this order, with their long flags. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  Computation: [
    ...['routers', 'router', 'task', 'data', 'tokenizer', 'config', 'set', 'preset'],
    ...['prompt', 'max-tokens', 'temperature', 'top-k', 'top-p', 'cache', 'by', 'best'],
    ...['batches', 'measure', 'tensors', 'only', 'peers', 'check', 'repeats'],
    ...['tokens', 'model-width', 'expert-width', 'experts', 'sharpness'],
  ],
  Training: [
    'steps',
    'seed',
    'seeds',
    'resume',
    'from',
    'branch',
    'keep',
    'save-every',
    'stop-after',
  ],
  Installation: ['gpu', 'tensorflow', 'wheel', 'force', 'skip-gpu-check', 'dir'],
  Machine: ['backend', 'device', 'tf32', 'workers', 'timeout'],
  Output: ['out', 'table', 'log', 'no-log', 'tensorboard', 'wide', 'json', 'quiet', 'verbose'],
};
const REST = 'Other';

/** Gives every command and every option its heading, and sorts commands by it. */
export function groupHelp(program: CommandUnknownOpts): void {
  for (const command of program.commands) {
    const heading = headingOf(COMMANDS, command.name());
    if (heading !== undefined) command.helpGroup(heading);
  }
  groupOptions(program);
  const names = Object.values(COMMANDS).flat();
  sortBy(program.commands, (command) => names.indexOf(command.name()));
}

function groupOptions(command: CommandUnknownOpts): void {
  const order = [...Object.keys(OPTIONS), REST];
  const heading = (flag: string) => headingOf(OPTIONS, flag.replace(/^--(?:no-)?/, '')) ?? REST;
  for (const option of command.options) option.helpGroup(heading(option.long ?? ''));
  sortBy(command.options, ({ long }) => order.indexOf(heading(long ?? '')));
  command.commands.forEach(groupOptions);
}

/** In place: commander shows what it has in the order of its own lists. */
function sortBy<Item>(items: readonly Item[], place: (item: Item) => number): void {
  (items as Item[]).sort((a, b) => place(a) - place(b));
}

function headingOf(groups: Readonly<Record<string, readonly string[]>>, name: string) {
  return Object.keys(groups).find((heading) => groups[heading]!.includes(name));
}
