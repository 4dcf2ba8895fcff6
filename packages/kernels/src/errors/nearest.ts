/**
 * The name that a mistyped one was probably meant to be: of those that contain it, those that it abbreviates (`tresh` for
 * `threshold`) and those with few letters changed, the nearest.
 * @returns undefined where no name is near
 */
export function nearest(typed: string, names: Iterable<string>): string | undefined {
  const costs = [...names].map((name) => [costOf(typed.toLowerCase(), name.toLowerCase()), name]);
  const [best] = (costs as [number, string][]).sort(([a], [b]) => a - b);
  return best && best[0] <= Math.max(1.2, typed.length * 0.4) ? best[1] : undefined;
}

/** Letters that are wrong; less for a part of the name, of which the shorter rest is the nearer. */
function costOf(typed: string, name: string): number {
  const rest = (name.length - typed.length) / 100;
  if (typed.length > 1 && name.startsWith(typed)) return 0.5 + rest;
  if (typed.length > 1 && name.includes(typed)) return 0.7 + rest;
  const letters = editsBetween(typed, name);
  return typed.length > 1 && abbreviates(typed, name) ? Math.min(letters, 1 + rest) : letters;
}

/** True where the name has every letter in that order, the first one at its start. */
function abbreviates(typed: string, name: string): boolean {
  let at = 0;
  for (const letter of name) if (letter === typed[at]) at += 1;
  return at === typed.length && typed[0] === name[0];
}

/** Letters to insert, delete, replace or swap with the next (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const [above, row] = [rows[i - 1]!, [i]];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity; // prettier-ignore
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
