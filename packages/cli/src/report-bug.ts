/** What a person sees when Pipeline itself is at fault: one sentence, the stack in a file, where to tell us. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exitCode } from './exit-code.ts';
import type { StartSurroundings } from './surroundings.ts';

export function reportBug(error: unknown, { argv, version, env, stderr }: StartSurroundings): number {
  const message = error instanceof Error ? error.message : String(error);
  const details = [
    `pipeline ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
    // Only the command: arguments may hold what is nobody's business.
    `command: ${argv.find((word) => !word.startsWith('-')) ?? ''}`,
    error instanceof Error ? (error.stack ?? message) : message,
    '',
  ].join('\n');
  const isVerbose = argv.includes('-v') || argv.includes('--verbose') || env['PIPELINE_VERBOSE'] === '1';
  const where = isVerbose ? undefined : save(details);
  stderr.write(`pipeline: this is a bug in Pipeline, not a mistake of yours: ${message}\n`);
  if (where === undefined) stderr.write(details);
  stderr.write(
    `  Please report it, with ${where === undefined ? 'the lines above' : `the file ${where}`}.\n`,
  );
  return exitCode.bug;
}

/** Undefined when the disk will not take it: then it is printed. */
function save(details: string): string | undefined {
  try {
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'pipeline-bug-')), 'report.txt');
    writeFileSync(file, details);
    return file;
  } catch {
    return undefined;
  }
}
