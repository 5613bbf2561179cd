/** Where a command works: what `-C` says, else where it was started. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { type Result, err, ok } from '@pipeline/schema/result';
import type { Invocation, UsageError } from './parse-arguments.ts';

/** As `make -C`: everything else, `--file` too, is seen from there. */
export function workingFolder({ flags }: Invocation, start: () => string): Result<string, UsageError> {
  let folder: string;
  try {
    folder = path.resolve(start(), flags.values.get('cwd') ?? '.');
  } catch {
    return err({ message: 'the working folder does not exist any more', hint: 'change to another folder' });
  }
  const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  return isThere
    ? ok(folder)
    : err({ message: `--cwd: there is no folder ${folder}`, hint: 'check the path' });
}
