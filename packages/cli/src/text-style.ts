/** Whether, and how wide, text for people may be drawn on a stream. */
import type { Environment } from './parse-arguments.ts';
import type { OutputStream } from './surroundings.ts';

export interface TextStyle {
  readonly isColored: boolean;
  /** Columns. */
  readonly width: number;
}

/** Code frames in a log file may be wider than in a terminal, but not endless. */
const widthOfFiles = 120;

export function textStyle(stream: OutputStream, env: Environment): TextStyle {
  return { isColored: isColored(stream, env), width: stream.columns ?? widthOfFiles };
}

/** https://no-color.org and https://force-color.org: set and not empty counts, and a "no" wins. */
function isColored(stream: OutputStream, env: Environment): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  const forced = env['FORCE_COLOR'];
  if (isSet(forced)) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';
