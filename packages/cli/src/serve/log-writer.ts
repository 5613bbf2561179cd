/** The log of the server as lines of JSON on a stream. */
import type { LogEntry } from '@pipeline/server';
import type { OutputStream } from '../surroundings.ts';

export interface LogOptions {
  readonly stream: OutputStream;
  readonly isQuiet: boolean;
  readonly now: () => Date;
}

export function logWriter({ stream, isQuiet, now }: LogOptions): (entry: LogEntry) => void {
  return ({ level, message, ...more }) => {
    if (isQuiet && level === 'info') return;
    stream.write(`${JSON.stringify({ time: now().toISOString(), level, message, ...more })}\n`);
  };
}
