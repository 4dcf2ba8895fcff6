import type { Json, Setting } from './setting.js';
import { assertPath } from './setting-paths.js';

/** Options of a router that stand instead of those it was trained with. */
export type RouterOptions = Readonly<Record<string, Json>>;

/**
 * The grid of settings over one router's options, `ROUTER.OPTION` or `router.options.OPTION`: every combination of their
 * values, or one of none.
 * @throws BENCH_SET for any other path
 */
export function setRouter(router: string, settings: readonly Setting[]): readonly RouterOptions[] {
  return settings.reduce<readonly RouterOptions[]>(
    (rows, { path, values }) => {
      const option = optionOf(path, router);
      return rows.flatMap((row) => values.map((value) => ({ ...row, [option]: value })));
    },
    [{}],
  );
}

function optionOf(path: string, router: string): string {
  const open = [router, 'router.options'];
  assertPath(path, { known: [`${router}.${path}`], open });
  return path.slice(open.find((head) => path.startsWith(`${head}.`))!.length + 1);
}
