/** Says what is wrong with a command line, and what to do. */
import { exitCode } from './exit-code.ts';
import type { UsageError } from './parse-arguments.ts';
import type { OutputStream } from './surroundings.ts';

/** The exit code. */
export function usageError({ message, hint }: UsageError, stderr: OutputStream): number {
  stderr.write(`pipeline: ${message}\n${hint === '' ? '' : `  ${hint}\n`}`);
  return exitCode.mistake;
}
