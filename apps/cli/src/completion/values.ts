import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { BACKEND_NAMES } from '@moekit/backends';

import type { Candidate } from './candidate.js';

type Found = readonly Candidate[] | Promise<readonly Candidate[]>;

/** The values of options and arguments. */
export interface Values {
  ofOption(option: CommandUnknownOpts['options'][number], typed: string): Found;
  ofArgument(argument: CommandUnknownOpts['registeredArguments'][number], command: string): Found;
}

const FILES: Candidate = { value: ':files', meaning: '' };
const FOLDERS: Candidate = { value: ':folders', meaning: '' };

const plain = (values: readonly string[]): readonly Candidate[] =>
  values.map((value) => ({ value, meaning: '' }));

const DATA = ['tiny-shakespeare', 'wikitext-2', 'registers'];
const TOKENIZERS = ['bytes', 'bpe:4096'];

/** moekit's own names; code of a configuration is not run for a key that was pressed. */
export const builtInValues: Values = {
  ofOption: ({ long, flags, argChoices }, typed) => {
    if (argChoices) return plain(argChoices);
    if (long === '--backend') return plain(BACKEND_NAMES);
    if (long === '--routers') return inList(typed);
    if (long === '--router') return withFiles(routers());
    if (long === '--task') return withFiles(tasks());
    if (long === '--preset') return plain(['quick', 'large']);
    if (long === '--data') return [...plain(DATA), FILES];
    if (long === '--tokenizer') return [...plain(TOKENIZERS), FILES];
    if (/<dir>/.test(flags)) return [FOLDERS];
    return /<file>|\[file\]/.test(flags) ? [FILES] : [];
  },
  ofArgument: (argument, command) => {
    const { argChoices } = argument;
    if (argChoices) return plain(argChoices);
    if (command === 'routers') return withFiles(routers());
    if (command === 'tasks') return withFiles(tasks());
    if (command === 'experiments') return experiments();
    if (command === 'sweep') return withFiles(experiments());
    if (['install', 'remove', 'verify'].includes(command)) return plain(['tensorflow']);
    if (command === 'report') return [FOLDERS];
    return /^(run|path|checkpoint)$/.test(argument.name()) ? [FILES] : [];
  },
};

async function withFiles(found: Promise<readonly Candidate[]>): Promise<readonly Candidate[]> {
  return [...(await found), FILES];
}

/** The last of names that are divided by commas. */
async function inList(typed: string): Promise<readonly Candidate[]> {
  const before = typed.slice(0, typed.lastIndexOf(',') + 1);
  return (await routers()).map((one) => ({ ...one, value: `${before}${one.value}` }));
}

const names = () => import('./names.js'); // loads the benchmark: only where a name is asked for

const routers = async () => (await names()).routers();
const tasks = async () => (await names()).tasks();
const experiments = async () => (await names()).experiments();
