import { nearest } from '@moekit/kernels';

import { fail } from '../errors.js';
import { isPath } from '../plugins/reference.js';

/** What `--set` may name in a run, an experiment or a checkpoint. */
export interface Settable {
  /** Paths that are listed one by one: `seed`, `training.steps`. */
  readonly known: readonly string[];
  /** Sections whose keys the schema of a task checks later: `data`, `model`. */
  readonly open: readonly string[];
  /** Routers whose options may be set; their schemas check these later. */
  readonly routers: readonly string[];
}

/** The target of a path. Two paths that lead to the same are one place. */
export interface Place {
  /** From the run: `['seed']`, `['training', 'steps']`, `['router', 'options', 'k']`. */
  readonly keys: readonly string[];
  /** The router whose option it is, as `routerName` has it; absent where the place concerns every router. */
  readonly router?: string;
}

/** The beginning of a path, before its last key. */
interface Head extends Place {
  readonly text: string;
}

const OPTIONS = 'router.options';
const SECTIONS: readonly Head[] = ['data', 'model', 'training', 'experts', OPTIONS].map((text) => ({
  text,
  keys: text.split('.'),
}));

const SECTION_NAMES = SECTIONS.map(({ text }) => text);

/** A router's name with a file in one spelling: `./own.ts` is `own.ts`. */
export function routerName(router: string): string {
  const bare = router.replace(/^\.[/\\]/, '');
  return isPath(bare) ? bare : router;
}

/**
 * The place that a path names: a member, a key of a section, or an option of a router. Of the sections and the routers
 * that begin the path the longest counts, and a section before a router of that name.
 * @throws BENCH_SET with the nearest path there is
 */
export function placeOf(path: string, settable: Settable): Place {
  if (settable.known.includes(path)) return { keys: path.split('.') };
  const { text, keys, router } = headOf(path, settable) ?? { text: '', keys: [] };
  const open = router !== undefined || openSections(settable).includes(text);
  const key = path.slice(text.length + 1);
  if (!open) throw nowhere(path, settable);
  if (key.includes('.')) throw tooDeep(path, `${text}.${key.slice(0, key.indexOf('.'))}`);
  return { keys: [...keys, key], ...(router !== undefined && { router }) };
}

/** True where setting both would set one key twice, in one row at least. */
export function overlaps(one: Place, other: Place): boolean {
  const [short, long] = [one.keys, other.keys].sort((a, b) => a.length - b.length);
  const inside = short!.every((key, index) => key === long![index]);
  const routers = new Set([one.router, other.router].filter((name) => name !== undefined));
  return inside && routers.size < 2;
}

function headOf(path: string, { routers }: Settable): Head | undefined {
  return [...SECTIONS, ...routers.flatMap(headsOf)]
    .filter(({ text }) => path.startsWith(`${text}.`))
    .sort((a, b) => b.text.length - a.text.length)[0];
}

function headsOf(name: string): readonly Head[] {
  const router = routerName(name);
  const spellings = isPath(router) ? [router, `./${router}`] : [router];
  return spellings.map((text) => ({ text, router, keys: OPTIONS.split('.') }));
}

const openSections = ({ open, routers }: Settable) =>
  routers.length === 0 ? open : [...open, OPTIONS];

function nowhere(path: string, settable: Settable) {
  const { known } = settable;
  const names = settable.routers.map(routerName).filter((name) => !SECTION_NAMES.includes(name));
  const heads = [...new Set([...openSections(settable), ...names])];
  const near = nearestTo(path, known, heads);
  const below = heads.map((head) => `${head}.KEY`);
  const meant = near === undefined ? '' : `Did you mean ${near}? `;
  const asked = '--set must name a path that exists here';
  return fail('BENCH_SET', {
    asked,
    got: path,
    fix: `${meant}Paths are: ${[...known, ...below].join(', ')}.`,
    ...(near !== undefined && { mistakes: [`${asked}, got ${path}. ${meant.trim()}`] }),
  });
}

/** A known path, or the last key of the path in a section or a router; a key alone only where none is known. */
function nearestTo(path: string, known: readonly string[], heads: readonly string[]) {
  const key = path.slice(path.lastIndexOf('.') + 1);
  const keys = known.length > 0 && key === path ? [] : heads.map((head) => `${head}.${key}`);
  const options = heads.filter((head) => head === OPTIONS && path !== OPTIONS);
  return nearest(path, known) ?? nearest(path, options) ?? nearest(path, keys);
}

function tooDeep(path: string, place: string) {
  return fail('BENCH_SET', {
    asked: '--set must name a path that exists here',
    got: path,
    fix: `A path ends at ${place}; what is inside is one value in JSON, such as ${place}='{"key":1}'.`,
  });
}
