/** The parts of a message with which a reader can fix a mistake. */
export interface ErrorDetail {
  /** The requirement ("k must be at most 4"), or without `got` the failure ("Cannot write a.json: ENOSPC"). */
  readonly asked: string;
  /** The value that was given instead; left out where a failure is not about a value. */
  readonly got?: string;
  readonly fix: string;
  /** A line for each mistake, with its place and what it should be; shown where there are several. */
  readonly mistakes?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** Codes of one package, each with the one-line meaning that docs/errors.md carries. */
export type ErrorTable = Readonly<Record<string, string>>;

/**
 * The one error class of moekit. `code` is stable across versions; the message may be reworded.
 * Message form: `asked, got ... . fix`, or `asked. fix`; several mistakes follow on lines of their own.
 */
export class MoekitError<Code extends string = string> extends Error {
  override readonly name = 'MoekitError';
  readonly code: Code;
  readonly detail: ErrorDetail;

  constructor(code: Code, detail: ErrorDetail) {
    const { asked, got, fix, mistakes = [], cause } = detail;
    const head = `${asked}${got === undefined ? '' : `, got ${got}`}. ${fix}`;
    super((mistakes.length > 1 ? [head, ...mistakes] : [head]).join('\n  '), { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** Binds a package's table of codes: `throw fail('KERNELS_SHAPE', {...})` type-checks the code. Its type is enough: pages then leave it out. */
export function errorsOf<Table extends ErrorTable>(_table?: Table) {
  return <Code extends keyof Table & string>(code: Code, detail: ErrorDetail) =>
    new MoekitError(code, detail);
}

/** True for moekit's own errors, also when two copies of the package are loaded. */
export function isMoekitError(error: unknown): error is MoekitError {
  return error instanceof Error && error.name === 'MoekitError' && 'code' in error;
}
