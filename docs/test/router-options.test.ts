import { readFileSync } from 'node:fs';

import { builtInRouters } from 'moekit';
import { describe, expect, it } from 'vitest';
import { toJSONSchema } from 'zod';

const root = new URL('../../', import.meta.url);
const page = (name: string) => readFileSync(new URL(name, root), 'utf8');

type Documented = readonly (readonly [option: string, fallback: string])[];

/** A row an option: name and default in the first two columns. */
function optionRows(name: string): Documented {
  const rows = page(`packages/router-${name}/README.md`).matchAll(
    /^\| `(\w+)` +\| (.+?) +\|.*\|.*\|$/gm,
  );
  return [...rows].map(([, option, fallback]) => [option!, fallback!.replaceAll('`', '')]);
}

/** A row a router: its options as `name` default, separated by commas. */
function routerRow(name: string): Documented {
  const rows = page('packages/router-topk/README.md').matchAll(
    /^\| `([\w-]+)` +\| (`\w+` .+?) +\|$/gm,
  );
  const row = [...rows].find(([, router]) => router === name)?.[2];
  expect(row, name).toBeDefined();
  return row!.split(', ').map((text) => /^`(\w+)` (.+)$/.exec(text)!.slice(1, 3) as never);
}

/** `0.5`, `true`, `null` or `'word'`; undefined for a default that is told in words. */
function literal(text: string): unknown {
  try {
    return JSON.parse(/^'[^']*'$/.test(text) ? `"${text.slice(1, -1)}"` : text);
  } catch {
    return undefined;
  }
}

const routers = [...builtInRouters().values()];
const ofOwnPackage = ['threshold', 'null-expert'];

describe.each(routers.map((router) => [router.name, router] as const))(
  '%s',
  (name, { options }) => {
    const documented = ofOwnPackage.includes(name) ? optionRows(name) : routerRow(name);

    const { properties = {} } = toJSONSchema(options as never, { io: 'input' });

    it('has the options that its README lists, and no other', () => {
      const listed = documented.map(([option]) => option);
      expect(listed.toSorted()).toEqual(Object.keys(properties).toSorted());
    });

    it('has the defaults that its README states', () => {
      const defaults = Object.entries(properties as Record<string, { default?: unknown }>);
      const stated = documented.map(([option, fallback]) => [option, literal(fallback)] as const);
      // what the router decides by itself has no default in the schema and is told in words
      expect(Object.fromEntries(stated)).toEqual(
        Object.fromEntries(defaults.map(([option, schema]) => [option, schema.default])),
      );
    });
  },
);

it('docs/routers.md lists every router, under the package that has it', () => {
  const rows = [
    ...page('docs/routers.md').matchAll(/^\| `([\w-]+)` +\| \[`@moekit\/([\w-]+)`\]/gm),
  ];
  const listed = rows.map(([, name]) => name!);
  expect(listed.toSorted()).toEqual(routers.map(({ name }) => name).toSorted());
  for (const [, name, folder] of rows) {
    expect(page(`packages/${folder}/README.md`), name).toContain(name);
  }
});
