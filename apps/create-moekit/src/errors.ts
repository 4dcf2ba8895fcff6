export const createErrors = {
  CREATE_NODE: 'The version of Node.js is too old to run create-moekit.',
  CREATE_USAGE: 'create-moekit was called without a name, or with more than one.',
  CREATE_NAME: 'A name that npm does not accept for a package.',
  CREATE_FOLDER: 'The folder of a new package exists and is not empty.',
  CREATE_WRITE: 'The folder of a new package cannot be written.',
} as const;

/** As `ErrorDetail` in @moekit/kernels: the requirement, the value given instead, the fix. */
export interface CreateErrorDetail {
  readonly asked: string;
  readonly got?: string;
  readonly fix: string;
  readonly cause?: unknown;
}

/**
 * A MoekitError by name, code and message form, which is what `isMoekitError` goes by. The class itself lives in
 * @moekit/kernels, whose peers would make `npm create moekit` download TensorFlow.js to write ten small files.
 */
export class CreateError extends Error {
  override readonly name = 'MoekitError';
  readonly code: keyof typeof createErrors;
  readonly detail: CreateErrorDetail;

  constructor(code: keyof typeof createErrors, detail: CreateErrorDetail) {
    const { asked, got, fix, cause } = detail;
    super(`${asked}${got === undefined ? '' : `, got ${got}`}. ${fix}`, { cause });
    this.code = code;
    this.detail = detail;
  }
}
