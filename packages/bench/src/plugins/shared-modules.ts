import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/**
 * Modules that a user's file shares with moekit wherever it lies: two copies of TensorFlow.js would not know each
 * other's tensors.
 */
export const SHARED = [
  '@moekit/core',
  '@moekit/data',
  '@moekit/kernels',
  '@moekit/models',
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-core',
];

const require = createRequire(import.meta.url);

/**
 * moekit's own instances by the names under which a user's file imports them, `@moekit/core/keras` as well as
 * `@moekit/core`; each is loaded when it is asked for.
 * @param names of packages      @param own further modules by name
 */
export function sharedModules(
  names: readonly string[],
  own: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const isShared = (id: PropertyKey): id is string =>
    typeof id === 'string' && isExport(id, names) && isBuilt(fileOf(id));
  return new Proxy<Record<string, unknown>>(Object.create(null) as Record<string, unknown>, {
    has: (_, id) => Object.hasOwn(own, id) || isShared(id),
    get: (_, id) => {
      if (Object.hasOwn(own, id)) return own[id as string];
      return isShared(id) ? (require(id) as unknown) : undefined;
    },
  });
}

/**
 * Where the rest of the shared packages lies. Those without `exports` offer every file in them, as
 * `@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops`; a package that is not built (tests run on
 * sources) is compiled like the user's file.
 */
export function sharedFiles(): Record<string, string> {
  const found = SHARED.map((name) => [name, fileOf(name)] as const);
  const sources = found.filter(([, file]) => file !== undefined && !isBuilt(file));
  const folders = SHARED.filter(isOpen).map((name) => [name, fileOf(`${name}/package.json`)]);
  return Object.fromEntries([
    ...sources,
    ...folders.flatMap(([name, file]) => (file ? [[`${name}/`, `${dirname(file)}/`]] : [])),
  ]) as Record<string, string>;
}

const isBuilt = (file: string | undefined) => file !== undefined && !file.endsWith('.ts');

/** Without `exports`: TensorFlow.js' folders hold files for compilers, Node.js cannot load all of it. */
const isOpen = (name: string) => name.startsWith('@tensorflow/');

function isExport(id: string, names: readonly string[]): boolean {
  return names.some((name) => id === name || (!isOpen(name) && id.startsWith(`${name}/`)));
}

function fileOf(id: string): string | undefined {
  try {
    return require.resolve(id);
  } catch {
    return undefined;
  }
}
