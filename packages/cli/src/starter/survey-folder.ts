/** Which files of a folder a starter pipeline could use. It looks at names, never into files, and never for long. */
import { type Dirent, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileExtension, formatOfFile } from '@pipeline/schema';

export interface Survey {
  readonly documents: Group | undefined;
  readonly photos: Group | undefined;
  readonly pdfs: Group | undefined;
}

/** Files of a kind; there is at least one. */
export interface Group {
  readonly count: number;
  /** As they are written in the names, sorted: a glob of them finds exactly these files. */
  readonly extensions: readonly string[];
  /** Two files differ in nothing but their extension, so their results need longer names. */
  readonly isAmbiguous: boolean;
}

const formats: Readonly<Record<keyof Survey, ReadonlySet<string>>> = {
  documents: new Set(['md', 'docx', 'odt', 'html', 'rtf', 'epub']),
  photos: new Set(['jpg', 'png', 'tiff']),
  pdfs: new Set(['pdf']),
};

const maxDepth = 6;
const maxEntries = 20_000;

/** `skip`: the name of a folder that holds results. */
export function surveyFolder(folder: string, skip: string): Survey {
  const files = listFiles(folder, skip);
  const group = (kind: keyof Survey): Group | undefined =>
    groupOf(files.filter((file) => formats[kind].has(formatOfFile(file))));
  return { documents: group('documents'), photos: group('photos'), pdfs: group('pdfs') };
}

function groupOf(files: readonly string[]): Group | undefined {
  if (files.length === 0) return undefined;
  const stems = new Set(files.map((file) => file.slice(0, -fileExtension(file).length)));
  const extensions = [...new Set(files.map(fileExtension))].sort();
  return { count: files.length, extensions, isAmbiguous: stems.size < files.length };
}

/** Relative paths; without what globs pass over: hidden names and `node_modules`. */
function listFiles(root: string, skip: string): readonly string[] {
  const files: string[] = [];
  const folders = [{ dir: '', depth: 0 }];
  let entries = 0;
  for (let next = folders.shift(); next !== undefined && entries < maxEntries; next = folders.shift()) {
    for (const entry of entriesOf(path.join(root, next.dir))) {
      entries += 1;
      const file = path.join(next.dir, entry.name);
      if (entry.name.startsWith('.') || entry.name === 'node_modules' || file === skip) continue;
      if (entry.isFile()) files.push(file);
      else if (entry.isDirectory() && next.depth < maxDepth)
        folders.push({ dir: file, depth: next.depth + 1 });
    }
  }
  return files;
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // May not be read: it can hold nothing for a starter.
    return [];
  }
}
