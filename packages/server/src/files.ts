/**
 * Where files stand below the server's folder, and the names of strangers made into names of files. It opens nothing.
 *
 *     <dataDir>/files/<task id>/<dir>/<name>   what a task has: its upload, its outputs, what it exports by URL
 *     <dataDir>/uploads/<random>               an upload under way; emptied at every start
 */
import { join } from 'node:path';
import { safeDir, safeName } from '@pipeline/engine';

export function taskFolder(dataDir: string, taskId: string): string {
  if (!isId(taskId)) throw new Error(`Not the id of a task: ${JSON.stringify(taskId)}`);
  return join(dataDir, 'files', taskId);
}

/** `place` is `name` or `dir/name`: whatever stands in it, the result is below the folder of the task. */
export function taskFile(dataDir: string, taskId: string, place: string): string {
  const slash = place.lastIndexOf('/');
  const folder = slash < 0 ? '' : safeDir(place.slice(0, slash));
  return join(taskFolder(dataDir, taskId), folder, safeName(place.slice(slash + 1)));
}

export function uploadsFolder(dataDir: string): string {
  return join(dataDir, 'uploads');
}

/** As made by `randomUUID`; whatever else stands where an id should is nobody's, and never becomes part of a path. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** The name of one file, in any folder: folders of either system, control characters and reversals of text are left out. */
export function fileNameOf(text: string): string {
  const last = text.split(/[/\\]/).at(-1) ?? '';
  const clean = last.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '').trim();
  return /^\.*$/.test(clean) ? 'file' : safeName(clean);
}
