import type { MoekitError } from '@moekit/core';

import { fail } from '../errors.js';
import { attempt, collect } from './attempt.js';
import type { Setting } from './setting.js';
import type { Place, Settable } from './setting-place.js';
import { overlaps, placeOf } from './setting-place.js';

/** A setting and the place that its path leads to. */
export interface PlacedSetting extends Setting {
  readonly place: Place;
}

/** Flags of the command line that say what a path says: `{ 'training.steps': '--steps' }`. */
export type SaidByFlags = Readonly<Record<string, string>>;

export interface SettingContext {
  readonly flags?: SaidByFlags | undefined;
  readonly errors?: MoekitError[] | undefined;
}

/**
 * The settings with their places, of which none is inside another or said by a flag too: then their order does not
 * matter.
 * @param errors receives the mistakes; settings that are wrong are left out
 * @throws BENCH_SET where `errors` is absent
 */
export function placeSettings(
  settings: readonly Setting[],
  settable: Settable,
  { flags = {}, errors }: SettingContext = {},
): readonly PlacedSetting[] {
  return collect(errors, 'The list of --set', (found) => {
    const placed = settings.flatMap((setting) => {
      const place = attempt(found, () => placeOf(setting.path, settable));
      return place ? [{ ...setting, place }] : [];
    });
    placed.forEach((setting, i) => attempt(found, () => assertAlone(setting, placed.slice(i + 1))));
    placed.forEach((setting) => attempt(found, () => assertNoFlag(setting, flags)));
    return placed;
  });
}

function assertAlone({ path, place }: PlacedSetting, others: readonly PlacedSetting[]): void {
  const other = others.find((one) => overlaps(place, one.place));
  if (other === undefined) return;
  const [more, less] = [other.place.keys.length, place.keys.length];
  const [outer, inner] = more < less ? [other.path, path] : [path, other.path];
  throw saidTwice(
    more === less ? `${outer} and ${inner}` : `${outer}, and ${inner} inside it`,
    more === less ? 'Leave one out.' : `Leave one out, or write both in the value of ${outer}.`,
  );
}

function assertNoFlag({ path, place }: PlacedSetting, flags: SaidByFlags): void {
  const key = place.keys.join('.');
  if (!Object.hasOwn(flags, key)) return;
  throw saidTwice(`${flags[key]} and --set ${path}`, 'Leave one out.');
}

function saidTwice(got: string, fix: string) {
  return fail('BENCH_SET', { asked: 'A command line must set each place once', got, fix });
}
