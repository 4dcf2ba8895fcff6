type Exports = Readonly<Record<string, unknown>>;

/**
 * An export of a module of any form. What CommonJS assigns to `module.exports` is its default export; a module compiled
 * to CommonJS and imported from ESM carries its exports one level down.
 * @returns undefined where there is none
 */
export function exportOf(module: unknown, name = 'default'): unknown {
  const own = exportsOf(module);
  if (Object.hasOwn(own, name)) return own[name];
  return name === 'default' && !isCompiled(own) ? own : undefined;
}

/** The names under which a module exports, `default` left out. */
export function exportNames(module: unknown): readonly string[] {
  const names = Object.keys(exportsOf(module));
  return names.filter((name) => !['default', '__esModule', 'module.exports'].includes(name));
}

function exportsOf(module: unknown): Exports {
  const outer = asExports(module);
  const inner = Object.hasOwn(outer, 'default') ? asExports(outer['default']) : undefined;
  return inner && inner['__esModule'] === true ? inner : outer;
}

/** Functions may carry exports too. Nothing has none. */
const asExports = (value: unknown) => Object(value ?? {}) as Exports;

const isCompiled = (exports: Exports) =>
  exports['__esModule'] === true ||
  (exports as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'Module';
