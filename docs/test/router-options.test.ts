import { readFileSync } from 'node:fs';

import { controlRouters } from '@moekit/router-controls';
import { nullExpertRouters } from '@moekit/router-null-expert';
import { reluRouters } from '@moekit/router-relu';
import { thresholdRouters } from '@moekit/router-threshold';
import { topKRouters } from '@moekit/router-topk';
import { builtInPlugins } from 'moekit';
import { describe, expect, it } from 'vitest';
import { toJSONSchema } from 'zod';

const root = new URL('../../', import.meta.url);
const page = (name: string) => readFileSync(new URL(name, root), 'utf8');

const packages = {
  'router-topk': topKRouters,
  'router-threshold': thresholdRouters,
  'router-null-expert': nullExpertRouters,
  'router-relu': reluRouters,
  'router-controls': controlRouters,
};

type Documented = readonly (readonly [option: string, fallback: string])[];

/** A README has one row per router, or one per option where the package has one router. */
function documentedOptions(name: string): Documented {
  const [folder] = Object.entries(packages).find(([, all]) =>
    all.some((one) => one.name === name),
  )!;
  const readme = page(`packages/${folder}/README.md`);
  return routerRow(readme, name) ?? optionRows(readme);
}

/** A row an option: name and default in the first two columns. */
function optionRows(readme: string): Documented {
  const rows = readme.matchAll(/^\| `(\w+)` +\| (.+?) +\|.*\|.*\|$/gm);
  return [...rows].map(([, option, fallback]) => [option!, fallback!.replaceAll('`', '')]);
}

/** A router's options as `name` default, separated by commas. */
function routerRow(readme: string, name: string): Documented | undefined {
  const rows = readme.matchAll(/^\| `([\w-]+)` +\| (`\w+` .+?) +\|$/gm);
  const row = [...rows].find(([, router]) => router === name)?.[2];
  return row?.split(', ').map((text) => /^`(\w+)` (.+)$/.exec(text)!.slice(1, 3) as never);
}

/** `0.5`, `true`, `null` or `'word'`; undefined for a default described in words. */
function literal(text: string): unknown {
  try {
    return JSON.parse(/^'[^']*'$/.test(text) ? `"${text.slice(1, -1)}"` : text);
  } catch {
    return undefined;
  }
}

const registered = [...builtInPlugins().routers.values()];
const loaded = await Promise.all(registered.map((router) => router.load()));
const routers = loaded.filter((router) => router !== null);

describe.each(routers.map((router) => [router.name, router] as const))(
  '%s',
  (name, { options }) => {
    const documented = documentedOptions(name);

    const { properties = {} } = toJSONSchema(options as never, { io: 'input' });

    it('has the options that its README lists, and no other', () => {
      const listed = documented.map(([option]) => option);
      expect(listed.toSorted()).toEqual(Object.keys(properties).toSorted());
    });

    it('has the defaults that its README states', () => {
      const defaults = Object.entries(properties as Record<string, { default?: unknown }>);
      const stated = documented.map(([option, fallback]) => [option, literal(fallback)] as const);
      // a default that the router computes is not in the schema; the docs describe it in words
      expect(Object.fromEntries(stated)).toEqual(
        Object.fromEntries(defaults.map(([option, schema]) => [option, schema.default])),
      );
    });
  },
);

it.each(Object.entries(packages))(
  'docs/routers.md lists %s, whose README has all its routers',
  (folder, routersOf) => {
    expect(page('docs/routers.md')).toMatch(
      new RegExp(`^\\| .+ \\| \\[\`@moekit/${folder}\`\\]`, 'm'),
    );
    const readme = page(`packages/${folder}/README.md`);
    for (const { name } of routersOf) expect(readme, name).toContain(name);
  },
);

it.each(routers)('$name says in one line what it is, and where it comes from', ({ about }) => {
  expect(about?.summary).toMatch(/^[A-Z].{10,89}[^.]$/);
  expect(about?.reference).toMatch(/\d{4}\.\d{5}|https?:|\bour own\b/);
});

it('no router is built in that is of none of these packages', () => {
  const listed = Object.values(packages).flat();
  expect(routers.map(({ name }) => name).toSorted()).toEqual(
    listed.map(({ name }) => name).toSorted(),
  );
});
