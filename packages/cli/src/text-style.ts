/** Whether, and how wide, text for people may be drawn on a stream. */
import type { Environment } from './parse-arguments.ts';
import { isColored } from './reporters/terminal-style.ts';
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
