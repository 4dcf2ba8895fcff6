import xterm from '@xterm/headless';

/** A terminal in memory, with the part of a stream that output needs. */
export class Screen {
  readonly isTTY = true;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;

  constructor(columns: number, rows = 24) {
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      convertEol: true, // as a terminal's driver does
      allowProposedApi: true,
    });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  get stream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream;
  }

  write(text: string): boolean {
    this.#terminal.write(text);
    return true;
  }

  /** As a user drags the window; lines that do not fit are broken, as terminals do. */
  async resize(columns: number): Promise<void> {
    await this.lines();
    this.#terminal.resize(columns, this.rows);
    process.emit('SIGWINCH');
  }

  /** All that the screen and its scrollback show, empty lines at the end left out. */
  async lines(): Promise<readonly string[]> {
    await new Promise<void>((resolve) => this.#terminal.write('', resolve));
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, y) =>
      active.getLine(y)!.translateToString(true),
    );
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }
}
