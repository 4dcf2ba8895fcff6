import type { PluginRegistry } from '@moekit/bench';
import { loadPlugin, parseRouter, parts } from '@moekit/bench';
import type { RouterPlugin } from '@moekit/core';
import { resolveBinding } from '@moekit/core/di';

import { assertRouterNames } from '../../assert-names.js';
import type { RoutersFlags } from '../routers.js';
import { composeApplication } from '../../container.js';
import type { RouterEntry } from '../../output/routers.js';
import { renderRouter, renderRouters } from '../../output/routers.js';
import { outputColumns, print } from '../../output/terminal.js';
import { builtInRouters } from '../../routers/built-in-routers.js';
import { listOptions } from '../../routers/list-options.js';

/** Lists the routers, or says what one is and which options it has. @returns the exit code      @throws coded errors for a bad name */
export async function routers(name: string | undefined, flags: RoutersFlags): Promise<number> {
  const { json } = flags;
  const columns = outputColumns(flags);
  const registry = resolveBinding(await composeApplication(), parts.registry);
  if (name === undefined) {
    const entries = await listRouters(registry);
    print(json ? `${JSON.stringify(entries, null, 2)}\n` : renderRouters(entries, columns));
    return 0;
  }
  const { router } = parseRouter(name);
  assertRouterNames([{ router }], registry);
  const plugin = await loadPlugin(router, registry);
  const entry = entryOf(router, plugin);
  const options = plugin ? listOptions(plugin) : [];
  print(
    json
      ? `${JSON.stringify({ ...entry, options }, null, 2)}\n`
      : renderRouter(entry, options, columns),
  );
  return 0;
}

/** In the order of the packages; what an application names itself comes last. A plug-in of its own that does not load fails. */
async function listRouters({ routers: known }: PluginRegistry): Promise<readonly RouterEntry[]> {
  return Promise.all([...known].map(async ([name, { load }]) => entryOf(name, await load())));
}

const DENSE = {
  from: 'moekit',
  summary: 'No router: dense feed-forward layers, the row that others are compared with',
  reference: '',
};

function entryOf(name: string, plugin: RouterPlugin | null): RouterEntry {
  if (plugin === null) return { name, ...DENSE };
  const [from = name] =
    Object.entries(builtInRouters).find(([, all]) => all.some((one) => one === plugin)) ?? [];
  const { summary = '', reference = '' } = plugin.about ?? {};
  return { name, from, summary, reference };
}
