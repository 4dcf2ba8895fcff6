import type { PluginRegistry } from '@moekit/bench';
import { loadPlugin, parseRouter, parts } from '@moekit/bench';
import type { RouterPlugin } from '@moekit/core';
import { resolveBinding } from '@moekit/core/di';
import Table from 'cli-table3';

import { assertRouterNames } from '../../assert-names.js';
import type { RoutersFlags } from '../routers.js';
import { composeApplication } from '../../container.js';
import { paint } from '../../output/paint.js';
import { print } from '../../output/terminal.js';
import { wrap } from '../../output/wrap.js';
import { builtInRouters } from '../../routers/built-in-routers.js';
import type { OptionEntry } from '../../routers/list-options.js';
import { listOptions } from '../../routers/list-options.js';

/** A router in the list. */
interface Entry {
  readonly name: string;
  /** Package or file that it comes from. */
  readonly from: string;
  readonly summary: string;
  readonly reference: string;
}

/** Lists the routers, or says what one is and which options it has. @returns the exit code      @throws coded errors for a bad name */
export async function routers(name: string | undefined, { json }: RoutersFlags): Promise<number> {
  const registry = resolveBinding(await composeApplication(), parts.registry);
  if (name === undefined) {
    const entries = await listRouters(registry);
    print(json ? `${JSON.stringify(entries, null, 2)}\n` : renderList(entries));
    return 0;
  }
  const { router } = parseRouter(name);
  assertRouterNames([{ router }], registry);
  const plugin = await loadPlugin(router, registry);
  const entry = entryOf(router, plugin);
  const options = plugin ? listOptions(plugin) : [];
  print(json ? `${JSON.stringify({ ...entry, options }, null, 2)}\n` : renderOne(entry, options));
  return 0;
}

/** In the order of the packages; what an application names itself comes last. A plug-in of its own that does not load fails. */
async function listRouters({ routers: known }: PluginRegistry): Promise<readonly Entry[]> {
  return Promise.all([...known].map(async ([name, { load }]) => entryOf(name, await load())));
}

const DENSE = {
  from: 'moekit',
  summary: 'No router: dense feed-forward layers, the row that others are compared with',
  reference: '',
};

function entryOf(name: string, plugin: RouterPlugin | null): Entry {
  if (plugin === null) return { name, ...DENSE };
  const [from = name] =
    Object.entries(builtInRouters).find(([, all]) => all.some((one) => one === plugin)) ?? [];
  const { summary = '', reference = '' } = plugin.about ?? {};
  return { name, from, summary, reference };
}

function renderList(entries: readonly Entry[]): string {
  const width = Math.max(...entries.map(({ name }) => name.length));
  const lines = entries.flatMap((entry, i) => [
    ...(entry.from === entries[i - 1]?.from ? [] : [paint.bold(entry.from)]),
    `  ${entry.name.padEnd(width)}  ${saidOf(entry)}`.trimEnd(),
  ]);
  return `${lines.join('\n')}\n\nmoekit routers NAME prints the options of one.\n`;
}

function saidOf({ summary, reference }: Entry): string {
  return reference === '' ? summary : `${summary} ${paint.dim(`(${reference})`)}`;
}

function renderOne(
  { name, from, summary, reference }: Entry,
  options: readonly OptionEntry[] | null,
) {
  const head = [
    paint.bold(name),
    ...(from === name ? [] : [`  package    ${from}`]),
    ...(summary === '' ? [] : [`  decides    ${summary}`]),
    ...(reference === '' ? [] : [`  reference  ${reference}`]),
  ];
  return [...head, '', optionsText(options), ''].join('\n');
}

function optionsText(options: readonly OptionEntry[] | null): string {
  if (options === null) return 'Its options are checked by a schema that cannot be listed.';
  if (options.length === 0) return 'It has no options.';
  const table = new Table({
    head: ['option', 'default', 'accepts', 'what it is'],
    style: { head: [], border: [], compact: true },
  });
  for (const option of options) {
    const { name, accepts, description } = option;
    const fallback = 'default' in option ? JSON.stringify(option.default) : '';
    table.push([
      name,
      fallback,
      wrap([accepts], 28).join('\n'),
      wrap([description], 60).join('\n'),
    ]);
  }
  return table.toString();
}
