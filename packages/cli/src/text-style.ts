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

/** FORCE_COLOR wins, then NO_COLOR (https://no-color.org: any non-empty value), then what the stream is. */
function isColored(stream: OutputStream, env: Environment): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  // Logs on GitHub are no terminal, and show colours.
  return stream.isTTY === true || env['GITHUB_ACTIONS'] === 'true';
}
