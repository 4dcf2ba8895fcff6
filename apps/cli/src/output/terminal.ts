import { escapeUnsafe, printable } from './paint.js';
import { wrap } from './text/wrap.js';

/** Results. All that reaches a terminal goes through this file, and is made printable here. */
export function print(text: string): void {
  write(process.stdout, text);
}

/** Progress, warnings, errors: plain text, wrapped to the width of the terminal. */
export function say(text: string): void {
  const lines = wrap(escapeUnsafe(text).split('\n'), columnsOf(process.stderr), { hanging: '  ' });
  write(process.stderr, lines.join('\n'));
}

/** Where text goes: a terminal, a pipe, a file. */
type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** The same to a stream of one's choice. */
export function write(stream: Output, text: string): void {
  stream.write(printable(text, hasColours(stream)), own);
}

/** Characters of a terminal that does not say how wide it is, and of the narrowest one that lines are fitted to. */
const [USUAL, NARROWEST] = [80, 20];

/**
 * Characters of a line: those of a terminal; for a pipe or a file what COLUMNS says, else lines stay whole (Infinity).
 * @param stream that the text goes to
 */
export function columnsOf(
  stream: Output & { readonly columns?: number },
  env = process.env,
): number {
  const given = Number(env['COLUMNS']);
  const said = [stream.isTTY ? stream.columns : undefined, given].find((n) => n && n > 0);
  const columns = said ?? (stream.isTTY ? USUAL : Infinity);
  return Math.max(NARROWEST, Math.floor(columns));
}

/** The same for results on standard output. @param wide asks for whole lines */
export function outputColumns({ wide }: { readonly wide?: boolean | undefined } = {}): number {
  return wide ? Infinity : columnsOf(process.stdout);
}

/** Whether a stream shows colours: a terminal does; NO_COLOR and FORCE_COLOR overrule it. */
export function hasColours(stream: Output, env = process.env): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Marks what the program itself says: other writes to standard output are foreign; see guard-process.ts. */
export const own = (): void => undefined;
