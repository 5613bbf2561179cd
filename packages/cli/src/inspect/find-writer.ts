/** Which run wrote a file, by the journals: the newest that did not find it there unchanged. */
import { readFileSync } from 'node:fs';
import { type PastRun, readRuns } from '@pipeline/engine';
import { isJsonList, isJsonObject, type JsonValue } from '@pipeline/schema';

export interface WritingRun {
  readonly job: string;
  /** When the run began: ISO 8601. */
  readonly at: string;
}

/** `folder`: of the journals. `path`: absolute. Undefined: no run that is still remembered wrote it. */
export function findWriter(path: string, folder: string): WritingRun | undefined {
  const run = readRuns(folder).runs.find((one) => hasWritten(one, path));
  return run === undefined ? undefined : { job: run.header.job, at: run.header.at };
}

function hasWritten({ file }: PastRun, path: string): boolean {
  const name = JSON.stringify(path);
  // Most lines are of other files: they need not be parsed.
  return textOf(file)
    .split('\n')
    .some((line) => line.includes(name) && isWriting(parse(line), path));
}

function isWriting(event: JsonValue | undefined, path: string): boolean {
  if (!isJsonObject(event) || event['type'] !== 'action.finished' || event['status'] !== 'finished')
    return false;
  const { outputs, message } = event;
  if (message === 'unchanged' || !isJsonList(outputs)) return false;
  return outputs.some((file) => isJsonObject(file) && file['path'] === path);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function parse(line: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(line);
    return value;
  } catch {
    return undefined;
  }
}
