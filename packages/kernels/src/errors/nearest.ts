/**
 * The nearest name to a mistyped one, of those that contain it, those that it abbreviates (`tresh` for
 * `threshold`), those that are one of its words (`topK` for `k`) and those with few letters changed, the nearest.
 * @returns undefined where no name is near
 */
export function nearest(typed: string, names: Iterable<string>): string | undefined {
  const words = wordsOf(typed);
  let best: string | undefined;
  let least = Math.max(1.2, typed.length * 0.4);
  for (const name of names) {
    const word = words.length > 1 && words.includes(name.toLowerCase()) ? 1.1 : Infinity;
    if (typed.length - name.length > least && word === Infinity) continue;
    const cost = Math.min(word, costOf(typed.toLowerCase(), name.toLowerCase()));
    if (cost < least) [best, least] = [name, cost];
  }
  return best;
}

/** The words of a name in camel case or with dashes: `topK` has `top` and `k`. */
const wordsOf = (name: string) => name.split(/(?=[A-Z])|[-_]/).map((word) => word.toLowerCase());

/** Letters that are wrong; less for a part of the name, of which the shorter rest is the nearer. */
function costOf(typed: string, name: string): number {
  const letters = editsBetween(typed, name);
  if (typed.length < 2) return letters;
  const at = name.indexOf(typed);
  const rest = (name.length - typed.length) / 100;
  if (at >= 0) return rest + (at > 0 ? 0.7 : 0.5);
  return abbreviates(typed, name) ? Math.min(letters, 1 + rest) : letters;
}

/** True where the name has every letter in that order, the first one at its start. */
function abbreviates(typed: string, name: string): boolean {
  let at = 0;
  return typed[0] === name[0] && [...typed].every((letter) => (at = name.indexOf(letter, at) + 1));
}

/** Letters to insert, delete, replace or swap with the next (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  const edits = (i: number, j: number): number => {
    if (!i || !j) return i + j;
    const known = rows[i]![j];
    if (known !== undefined) return known;
    const [before, last] = [edits(i - 1, j - 1), a[i - 1]];
    const swapped = last === b[j - 2] && a[i - 2] === b[j - 1];
    return (rows[i]![j] =
      last === b[j - 1]
        ? before
        : 1 + Math.min(edits(i - 1, j), edits(i, j - 1), swapped ? edits(i - 2, j - 2) : before));
  };
  const rows = Array.from({ length: a.length + 1 }, (): number[] => []);
  return edits(a.length, b.length);
}
