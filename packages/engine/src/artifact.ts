/**
 * Files as they flow: from what an operation says it will make, or has made, to the `Artifact` that the next one gets.
 * Names come from hostile places (archives, HTTP headers), so they are made safe here, once. It opens no file.
 */
import { formatOfFile, type TaskName } from '@pipeline/schema';
import type { Artifact, OutputFile, PlannedFile } from './operation.ts';

/** What file systems allow for one name. */
const maxNameBytes = 255;

export function plannedArtifact(task: TaskName, file: PlannedFile): Artifact {
  const name = safeName(file.name);
  return {
    task,
    dir: safeDir(file.dir),
    name,
    format: formatOfFile(name),
    path: file.path ?? '',
    sizeBytes: file.sizeBytes ?? 0,
  };
}

export function madeArtifact(task: TaskName, file: OutputFile, sizeBytes: number): Artifact {
  const { path, sha256, url, remote, mtimeMs, seen } = file;
  const name = safeName(file.name);
  const dir = safeDir(file.dir);
  const format = formatOfFile(name);
  if (url !== undefined || remote !== undefined) {
    const elsewhere = { ...(url !== undefined && { url }), ...(remote !== undefined && { remote }) };
    const artifact = { task, dir, name, format, path, sizeBytes, ...elsewhere };
    return sha256 === undefined ? artifact : { ...artifact, sha256 };
  }
  if (sha256 === undefined) return { task, dir, name, format, path, sizeBytes, mtimeMs, seen };
  return { task, dir, name, format, path, sizeBytes, sha256, mtimeMs, seen };
}

/** Its place in the job, and what addresses call it: `guide/intro.docx`. */
export function filePlace(file: Pick<Artifact, 'dir' | 'name'>): string {
  return file.dir === '' ? file.name : `${file.dir}/${file.name}`;
}

export function isSamePlace(a: Artifact, b: Artifact | undefined): boolean {
  return a.name === b?.name && a.dir === b.dir;
}

/** By folder, then by name, in code units: the same everywhere, whatever the language of the machine. */
export function compareFiles(a: Artifact, b: Artifact): number {
  return compareTexts(a.dir, b.dir) || compareTexts(a.name, b.name);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** A name that can be nothing but one file in the folder that it is put in. */
export function safeName(name: string): string {
  const flat = name.replaceAll('/', '_').replaceAll('\0', '_');
  if (flat === '' || flat === '.' || flat === '..') return 'file';
  // No UTF-16 code unit needs more than three bytes of UTF-8: most names are never encoded.
  return flat.length * 3 <= maxNameBytes || byteLength(flat) <= maxNameBytes ? flat : shortened(flat);
}

/** A folder below the one that it is joined to: no `..`, no leading `/`, no empty parts. */
export function safeDir(dir: string): string {
  if (dir === '' || (dir.length * 3 <= maxNameBytes && !suspicious.test(dir))) return dir;
  return dir
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map(safeName)
    .join('/');
}

/** An empty part, `.` or `..`, or a character that no name may have: most folders have none of these. */
const suspicious = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;

const encoder = new TextEncoder();

const byteLength = (text: string): number => encoder.encode(text).length;

/** Keeps the extension, and cuts between code points. */
function shortened(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && byteLength(name.slice(dot)) <= 64 ? name.slice(dot) : '';
  let room = maxNameBytes - byteLength(extension);
  let stem = '';
  for (const character of name.slice(0, name.length - extension.length)) {
    room -= byteLength(character);
    if (room < 0) break;
    stem += character;
  }
  return stem + extension;
}
