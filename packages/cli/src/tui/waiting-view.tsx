/**
 * The picture of a watch that waits, on the terminal. It is drawn once, and again when the terminal changes its size:
 * nothing moves in it, so it costs nothing while it stands.
 */
import { Box, render, useInput } from 'ink';
import type { Instance } from 'ink';
import type { ReactElement } from 'react';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import type { Watched } from '../reporters/watched.ts';
import { Row } from './row.tsx';
import type { TerminalOutput } from './terminal-output.ts';
import { waitingRows } from './waiting-rows.ts';

export interface WaitingViewOptions {
  readonly output: TerminalOutput;
  /** Absent: no keys. */
  readonly stdin: NodeJS.ReadStream | undefined;
  readonly style: TerminalStyle;
  readonly onQuit: () => void;
  readonly onPlain: () => void;
}

export class WaitingView {
  readonly #options: WaitingViewOptions;
  readonly #state: Watched;
  readonly #instance: Instance;
  readonly #stopResize: () => void;
  #isEnded = false;

  constructor(options: WaitingViewOptions, state: Watched) {
    this.#options = options;
    this.#state = state;
    const { output, stdin } = options;
    this.#instance = render(this.#picture(), {
      stdout: output.forInk,
      stderr: output.forInk,
      ...(stdin === undefined ? {} : { stdin }),
      exitOnCtrlC: false,
      isScreenReaderEnabled: false,
      maxFps: 0,
      patchConsole: false,
    });
    this.#stopResize = output.onResize(() => output.draw(() => this.#instance.rerender(this.#picture())));
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stopResize();
    const { output } = this.#options;
    output.draw(() => {
      this.#instance.rerender(<Box />);
      this.#instance.unmount();
      // Of an empty picture Ink leaves an empty line.
      output.write('\u001B[1A');
    });
  }

  #picture(): ReactElement {
    const { output, style, stdin } = this.#options;
    // The last column stays empty: a full line makes some terminals break it.
    const columns = output.columns - 1;
    const layout = { columns, rows: output.rows, style, hasKeys: stdin !== undefined };
    return (
      <Picture
        rows={waitingRows(this.#state, layout)}
        columns={columns}
        hasKeys={stdin !== undefined}
        onKey={this.#onKey}
      />
    );
  }

  readonly #onKey = (key: 'quit' | 'plain'): void => {
    if (this.#isEnded) return;
    if (key === 'quit') this.#options.onQuit();
    else this.#options.onPlain();
  };
}

interface PictureProps {
  readonly rows: readonly string[];
  readonly columns: number;
  readonly hasKeys: boolean;
  readonly onKey: (key: 'quit' | 'plain') => void;
}

function Picture({ rows, columns, hasKeys, onKey }: PictureProps): ReactElement {
  useInput(
    (input, key) => {
      if (input === 'q' || (key.ctrl && input === 'c')) onKey('quit');
      else if (input === 's') onKey('plain');
    },
    { isActive: hasKeys },
  );
  return (
    <Box flexDirection="column">
      {rows.map((text, index) => (
        // The place of a row is all the identity it has.
        // oxlint-disable-next-line no-array-index-key
        <Row key={index} columns={columns} text={text} />
      ))}
    </Box>
  );
}
