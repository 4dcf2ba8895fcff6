/**
 * Lines of TensorFlow's native library that say nothing of a problem: its information and warnings, as its own logging and
 * absl's write them, and the complaints of CUDA's plug-ins that were registered twice.
 */
const LOGS = [
  /^WARNING: All log messages before absl::InitializeLog\(\)/,
  /^[IW]\d{4} [\d:.]+ +\d+ \S+:\d+\] /,
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] /,
  /^To enable the following instructions: .*rebuild TensorFlow/,
  /^(?:E\d{4} |\d{4}-\d\d-\d\d ).*(?:Unable to register \w+ factory|computation placer already registered)/,
];

/** Log lines that are kept for the case that the process fails. */
const KEPT = 100;

/**
 * Holds back the log lines of native code. Everything else is handed on at once, also what has no line break yet, unless
 * it may become a log line.
 */
export class LogFilter {
  readonly #pass: (text: string) => void;
  #open = '';
  #held: string[] = [];

  constructor(pass: (text: string) => void) {
    this.#pass = pass;
  }

  /** The log lines so far: what to show of a process that failed. */
  get held(): string {
    return this.#held.join('');
  }

  write(chunk: string): void {
    const lines = `${this.#open}${chunk}`.split(/(?<=\n)/);
    this.#open = lines.at(-1)?.endsWith('\n') === false ? lines.pop()! : '';
    for (const line of lines) this.#take(line);
    if (this.#open !== '' && !mayBecomeLog(this.#open)) this.#release();
  }

  end(): void {
    if (this.#open !== '') this.#take(this.#open);
    this.#open = '';
  }

  #release(): void {
    this.#pass(this.#open);
    this.#open = '';
  }

  #take(line: string): void {
    if (!LOGS.some((log) => log.test(line))) return this.#pass(line);
    this.#held = [...this.#held, line].slice(-KEPT);
  }
}

/** Whether an unfinished line starts as log lines do. */
function mayBecomeLog(text: string): boolean {
  return (
    /^(?:WARNING|[IWE]\d|\d{4}-|To enable)/.test(text) ||
    /^(?:[IWET]|WA|WAR|To|\d{1,4})[^\n]{0,6}$/.test(text)
  );
}
