import type { MoekitError } from '@moekit/core';

import { placeSettings } from './place-settings.js';
import type { Json, Setting } from './setting.js';

/** Options of a router that stand instead of those it was trained with. */
export type RouterOptions = Readonly<Record<string, Json>>;

/**
 * The grid of settings over one router's options, `ROUTER.OPTION` or `router.options.OPTION`: every combination of their
 * values, or one of none.
 * @throws BENCH_SET for any other path, or an option that is set twice
 */
export function setRouter(
  router: string,
  settings: readonly Setting[],
  errors?: MoekitError[],
): readonly RouterOptions[] {
  const settable = { known: [], open: [], routers: [router] };
  const placed = placeSettings(settings, settable, { errors });
  return placed.reduce<readonly RouterOptions[]>(
    (rows, { place, values }) =>
      rows.flatMap((row) => values.map((value) => ({ ...row, [place.keys.at(-1)!]: value }))),
    [{}],
  );
}
