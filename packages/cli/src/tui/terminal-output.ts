/**
 * The terminal as Ink is given it. Ink erases as many lines as it wrote; when the terminal became narrower in between,
 * the terminal has broken them into more. Here the difference is erased first, so that nothing is left behind. It also
 * hides the height: Ink would clear the whole screen, with the user's scrollback, for a picture that is too high for it;
 * ours never is, and when the terminal shrinks a line in the scrollback is the smaller harm.
 */
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../reporters/text-width.ts';

const eraseLineAndUp = '\u001B[2K\u001B[1A';

export class TerminalOutput {
  /** For Ink: writes go to the real one. */
  readonly forInk: NodeJS.WriteStream;
  readonly #real: NodeJS.WriteStream;
  readonly #reflows: boolean;
  #picture = '';
  #drawnColumns: number;

  constructor(real: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>) {
    this.#real = real;
    this.#reflows = doesReflow(env);
    this.#drawnColumns = this.columns;
    this.forInk = new Proxy(real, {
      get: (target, key) => {
        if (key === 'rows') return undefined;
        if (key === 'write') return this.#write;
        // We draw again ourselves: two who do so would erase twice.
        if (key === 'on' || key === 'off') return this.#listen(key);
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  get columns(): number {
    return this.#real.columns > 0 ? this.#real.columns : 80;
  }

  get rows(): number {
    return this.#real.rows > 0 ? this.#real.rows : 24;
  }

  /** All that is written in one go reaches the terminal in one piece. */
  draw(write: () => void): void {
    this.#real.cork();
    try {
      this.#eraseBroken();
      write();
      this.#drawnColumns = this.columns;
    } finally {
      this.#real.uncork();
    }
  }

  /** Past Ink: only when it has nothing on the screen. */
  write(text: string): void {
    this.#real.write(text);
  }

  onResize(call: () => void): () => void {
    this.#real.on('resize', call);
    return () => this.#real.off('resize', call);
  }

  readonly #write = (...parameters: Parameters<NodeJS.WriteStream['write']>): boolean => {
    const text = String(parameters[0]);
    // Ink writes a picture in one piece, after everything else.
    if (text.includes('\n')) this.#picture = text;
    return this.#real.write(...parameters);
  };

  #listen(method: 'on' | 'off') {
    return (event: string, listener: (...values: unknown[]) => void): NodeJS.WriteStream => {
      if (event !== 'resize') this.#real[method](event, listener);
      return this.forInk;
    };
  }

  #eraseBroken(): void {
    const { columns } = this;
    if (!this.#reflows || columns >= this.#drawnColumns) return;
    const widths = stripVTControlCharacters(this.#picture).split('\n').map(widthOf);
    const extra = widths.reduce((sum, width) => sum + Math.max(0, Math.ceil(width / columns) - 1), 0);
    if (extra > 0) this.#real.write(eraseLineAndUp.repeat(extra));
  }
}

/** These cut lines off where all others break them. */
function doesReflow(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['TMUX'] !== undefined) return true;
  return env['XTERM_VERSION'] === undefined && env['STY'] === undefined && env['TERM'] !== 'linux';
}
