/**
 * The parts of this machine that a result may depend on, each as short texts by name and the paths by which a change of
 * it shows: programs, packages, fonts, languages of OCR, and Pipeline itself. It starts no process.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Need } from '../converters/converter.ts';
import { askedSeconds } from '../files/output-date.ts';
import { hostEntry, requireAsHost } from '../host/host-entry.ts';
import { packFolder, packs } from '../packs.ts';
import type { PackName } from '../packs.ts';
import { findCommand, findProgram, searchFolders } from '../programs/find-program.ts';
import { programs } from '../programs/program-table.ts';
import { fontFiles } from './font-files.ts';

/** What a converter uses of the machine beside the library that comes along. */
export type MachinePart =
  | Need
  | { readonly type: 'command'; readonly name: string }
  | { readonly type: 'fonts' | 'ocr-languages' | 'libvips' };

export interface PartFacts {
  /** As of `ActionPlan.basis`. */
  readonly basis: Readonly<Record<string, string>>;
  /** As of `ActionPlan.watches`. */
  readonly watches: readonly string[];
}

export function partFacts(part: MachinePart): PartFacts {
  switch (part.type) {
    case 'program':
      return fileFacts(part.name, findProgram(part.name), programs[part.name].beside);
    case 'command':
      return fileFacts(part.name, findCommand(part.name));
    case 'pack':
      return packFacts(part.name);
    case 'fonts': {
      const { text, folders } = fontFiles();
      return { basis: { fonts: text }, watches: folders };
    }
    case 'ocr-languages':
      return languageFacts();
    case 'libvips':
      return libvipsFacts();
    default:
      return part satisfies never;
  }
}

/** For every action: Pipeline itself, what it runs on, and the folders in which a better program may appear. */
export function commonFacts(): PartFacts {
  const entry = whereFound(hostEntry);
  if (entry === undefined) return { basis: {}, watches: [] };
  const manifest = path.resolve(path.dirname(entry), '../../package.json');
  // Only where Pipeline itself is worked on: it changes with every change of a converter.
  const built = path.resolve(path.dirname(entry), '../.tsbuildinfo');
  const build = stamp(built);
  const node = process.versions;
  const asked = askedSeconds();
  return {
    basis: {
      pipeline: build === undefined ? versionIn(manifest) : `${versionIn(manifest)}, built ${build}`,
      ...(asked === undefined ? {} : { SOURCE_DATE_EPOCH: String(asked) }),
      platform: `${process.platform} ${process.arch}, Node.js ${node.node.split('.')[0]}, zlib ${node.zlib}`,
    },
    watches: [manifest, ...(build === undefined ? [] : [built]), ...searchFolders()],
  };
}

/** `beside`: where the command is a small script, the program lies in its folder. */
function fileFacts(name: string, found: string | undefined, beside: readonly string[] = []): PartFacts {
  const real = found === undefined ? undefined : realPath(found);
  if (found === undefined || real === undefined) {
    return { basis: { [`file of ${name}`]: 'none' }, watches: found === undefined ? [] : [found] };
  }
  const files = [real, ...beside.map((file) => path.join(path.dirname(real), file))];
  const stamps = files.flatMap((file) => stamp(file) ?? []);
  return { basis: { [`file of ${name}`]: stamps.join(', ') }, watches: [...new Set([found, ...files])] };
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

function packFacts(name: PackName): PartFacts {
  const found = packs[name].packages.map((each) => ({ each, folder: packFolder(each) }));
  return {
    basis: Object.fromEntries(
      found.map(({ each, folder }) => [
        each,
        folder === undefined ? 'none' : versionIn(path.join(folder, 'package.json')),
      ]),
    ),
    watches: found.flatMap(({ folder }) => (folder === undefined ? [] : [path.join(folder, 'package.json')])),
  };
}

/** What installed programs know of languages; the language of the pack comes with it. */
function languageFacts(): PartFacts {
  const folders = languageFolders();
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.traineddata'))
      .map((name) => `${name} ${stamp(path.join(folder, name))}`),
  );
  const text = files.length === 0 ? 'none' : hash(files.toSorted().join('\n'));
  return { basis: { 'languages of OCR': text }, watches: folders };
}

function languageFolders(): readonly string[] {
  const { TESSDATA_PREFIX } = process.env;
  const shares = ['/usr/share/tesseract-ocr', '/usr/local/share/tesseract-ocr'].flatMap((folder) =>
    namesIn(folder).map((name) => path.join(folder, name, 'tessdata')),
  );
  const known = ['/usr/share/tessdata', '/usr/local/share/tessdata', '/opt/homebrew/share/tessdata'];
  return [...(TESSDATA_PREFIX === undefined ? [] : [TESSDATA_PREFIX]), ...shares, ...known].filter(
    (folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true,
  );
}

/** What sharp is made of. Its own version stands with the converter. */
function libvipsFacts(): PartFacts {
  const entry = whereFound(() => requireAsHost().resolve('sharp'));
  if (entry === undefined) return { basis: {}, watches: [] };
  try {
    const name = `@img/sharp-libvips-${process.platform}-${process.arch}/versions`;
    const versions: unknown = JSON.parse(readFileSync(createRequire(entry).resolve(name), 'utf8'));
    if (typeof versions !== 'object' || versions === null || !('vips' in versions)) throw new Error(name);
    return { basis: { libvips: String(versions.vips) }, watches: [] };
  } catch {
    // One of the system's: `sharp` was built here.
    return { basis: { libvips: stamp(entry) ?? 'unknown' }, watches: [entry] };
  }
}

/** Size and time of a file, as packages keep them on every machine that they are installed on. */
function stamp(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return `${stats.size} bytes of ${stats.mtime.toISOString().slice(0, 19)}Z`;
}

function versionIn(manifest: string): string {
  try {
    const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    if (typeof content === 'object' && content !== null && 'version' in content)
      return String(content.version);
  } catch {
    // Said below.
  }
  return 'unknown';
}

/** Undefined: it is not installed, or not built. */
function whereFound(find: () => string): string | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
