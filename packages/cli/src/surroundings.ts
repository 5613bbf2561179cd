/**
 * Everything of the outside world that the command line touches, handed in by `bin.ts`: no other file reads `process`
 * for these, so a command can be understood, and run, without a terminal.
 */
import type { WriteStream } from 'node:tty';
import type { QuickLook } from './incremental/quick-look.ts';
import type { Environment, Invocation } from './parse-arguments.ts';

export interface Surroundings {
  /** Without node and script. */
  readonly argv: readonly string[];
  readonly version: string;
  /** What has changed since the last run; absent: nobody has looked. */
  readonly look?: QuickLook;
  readonly env: Environment;
  readonly cwd: string;
  /** Opened when it is first asked for: that costs time, and a child that reads it must not compete with us. */
  readonly stdin: () => NodeJS.ReadStream;
  /** Results. */
  readonly stdout: OutputStream;
  /** For people. */
  readonly stderr: OutputStream;
  readonly processEvents: ProcessEvents;
  /** Ends the process at once: for the second Ctrl-C only. */
  readonly exit: (code: number) => void;
}

/** As the process starts; its folder may be gone. */
export type StartSurroundings = Omit<Surroundings, 'cwd'> & { readonly cwd: () => string };

/** A terminal, a pipe or a file. */
export type OutputStream =
  | NodeJS.WriteStream
  | (NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>);

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What happens to the process itself. */
export interface ProcessEvents {
  /** `exit`: the process ends now, whatever the reason; listeners cannot wait for anything. */
  on(event: StopSignal | 'exit', listener: () => void): unknown;
  on(event: 'uncaughtException', listener: (error: unknown) => void): unknown;
  off(event: StopSignal | 'exit', listener: () => void): unknown;
}

/** What a file in `commands/` exports; resolves to the exit code. */
export type Command = (invocation: Invocation, surroundings: Surroundings) => Promise<number>;
