import { Converter, DeclarationReflection, ReflectionKind } from 'typedoc';

import { entries } from './typedoc.mjs';

/** The group of a symbol: the folder of its source within the package. */
function groupOf(file) {
  const [, inside = ''] = file.split(/\/(?:packages|apps)\/[^/]+\/src\//);
  return inside.includes('/') ? inside.split('/')[0] : 'basics';
}

/** Moves symbols of a module into one namespace for each group, which has a page of its own. */
function divide(project, module, groupOf) {
  const groups = new Map();
  for (const symbol of module.children ?? [])
    groups.set(groupOf(symbol), [...(groups.get(groupOf(symbol)) ?? []), symbol]);
  if (groups.size < 2) return;
  for (const [name, symbols] of groups) {
    const group = new DeclarationReflection(name, ReflectionKind.Namespace, module);
    project.registerReflection(group, undefined, undefined);
    for (const symbol of symbols) {
      module.removeChild(symbol);
      symbol.parent = group;
      group.addChild(symbol);
    }
    module.addChild(group);
  }
}

/** A typedoc plug-in: modules get the names that programs import, and a page for each folder of their source. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const fileOf = (reflection) => context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName ?? ''; // prettier-ignore
    for (const module of context.project.getReflectionsByKind(ReflectionKind.Module)) {
      const file = fileOf(module);
      module.name = entries.find((entry) => entry.file === file)?.name ?? module.name;
      divide(context.project, module, (symbol) => groupOf(fileOf(symbol)));
    }
  });
}
