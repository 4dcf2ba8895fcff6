import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { URL, fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Kernels first: core exports some of their symbols again. */
function inOrder(folders) {
  return folders.toSorted((a, b) => Number(b === 'kernels') - Number(a === 'kernels'));
}

/** Each way into a package that its exports name, with the source behind it; a symbol is described where it comes first. */
export const entries = ['packages', 'apps'].flatMap((group) =>
  inOrder(readdirSync(join(root, group))).flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(join(root, group, folder, 'package.json'), 'utf8')); // prettier-ignore
    return Object.entries(exports ?? {}).flatMap(([path, { '@moekit/source': source }]) =>
      source ? [{ name: join(name, path), file: join(root, group, folder, source) }] : [],
    );
  }),
);

/** Pages of every package, one for each group of symbols, which typedoc-groups.mjs makes and names. */
export default {
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme', './typedoc-groups.mjs'],
  entryPoints: entries.map(({ file }) => file),
  tsconfig: './tsconfig.json',
  out: '../api',
  docsRoot: '../..',
  router: 'module',
  readme: 'none',
  name: 'API',
  sort: ['alphabetical'],
  sidebar: { autoConfiguration: true, format: 'vitepress', pretty: false, collapsed: true },
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  hidePageHeader: true,
  disableSources: true,
  excludeExternals: true,
  excludeReferences: true,
  hideGroupHeadings: true,
  excludePrivate: true,
  skipErrorChecking: true,
  logLevel: 'Error',
};
