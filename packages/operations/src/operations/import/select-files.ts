/**
 * From the options of `import/local` to the files that they mean, each with its place. It knows the rules for plain
 * paths (they must be there), for globs (they may match nothing) and for `base`; how folders are walked, it does not.
 */
import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import path from 'node:path';
import type { Failure, FileFacts } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { isInside, refusalOf, resolveInside, shownPath } from '../../files/paths.ts';
import type { PathContext } from '../../files/paths.ts';
import { flagOption, listOption, textOption } from '../../read-options.ts';
import { excludeMatcher, parseGlob } from './glob.ts';
import type { Glob } from './glob.ts';
import { exists, isLink, missingPart, missingText } from './missing-path.ts';
import { factsOf, isReadable, lookedAt, startWalk, walkFolders } from './walk-folders.ts';
import type { Walk } from './walk-folders.ts';

interface SelectedFile {
  readonly dir: string;
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly seen?: FileFacts;
}

export interface Selection {
  /** Sorted by `dir/name`, by code units: the same on every machine. */
  readonly files: readonly SelectedFile[];
  readonly note?: string;
  /** Folders, links and names that are not there (absolute): as long as they stay as they are, so does `files`. */
  readonly lookedAt: readonly string[];
}

/** `isLeftOut`: what a listing shows as a plain file is not asked about when it is one of these, and not taken. */
export function selectFiles(
  options: JsonObject,
  context: PathContext,
  isLeftOut?: (file: string) => boolean,
): Result<Selection, Failure> {
  const patterns = listOption(options, 'path');
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  if (wanted.length === 0) {
    return err(
      failure('bad-input', `every pattern of path only excludes: ${patterns.join(', ')}`, {
        hint: 'say first which files to take, for example path: ["**/*", "!_drafts/**"]',
      }),
    );
  }
  const isExcluded = excluder([...unwanted, ...listOption(options, 'exclude')], context);
  const walk = startWalk(context, { isExcluded, ...(isLeftOut !== undefined && { isLeftOut }) });
  const fixedBase = textOption(options, 'base');
  const base = fixedBase === undefined ? undefined : resolveInside(fixedBase, context);
  if (base !== undefined && !base.ok) return base;

  const files = new Map<string, SelectedFile>();
  const places = new Places();
  const notes: string[] = [];
  for (const pattern of wanted) {
    const found = find(pattern, walk, flagOption(options, 'allow_empty'));
    if (!found.ok) return found;
    if (found.value.note !== undefined) notes.push(found.value.note);
    for (const [file, seen] of found.value.files) {
      // A file that an earlier pattern took keeps the place that it has by that one.
      if (files.has(file)) continue;
      const { dir, name } = places.of(file, base?.value ?? found.value.base);
      files.set(file, { dir, name, path: file, sizeBytes: seen.size, seen });
    }
  }
  const problem =
    problemOf(walk) ?? misplaced(files.values(), base?.value, context) ?? doubled(files.values(), context);
  if (problem !== undefined) return err(problem);
  const sorted = [...files.values()].sort((a, b) => compare(placeOf(a), placeOf(b)));
  const isNothingThere = sorted.length === 0 && !walk.hasLeftOut;
  const allNotes = [...(isNothingThere ? notes : []), ...walk.notes];
  if (isNothingThere && allNotes.length === 0) {
    allNotes.push(`every file that matches ${wanted.join(', ')} is excluded`);
  }
  return ok({
    files: sorted,
    lookedAt: lookedAt(walk),
    ...(allNotes.length > 0 && { note: allNotes.join('; ') }),
  });
}

interface Found {
  readonly base: string;
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly note?: string;
}

function find(pattern: string, walk: Walk, isMissingAllowed: boolean): Result<Found, Failure> {
  const glob = parseGlob(pattern);
  // `photo [1].jpg` and `[slug].md` are names, where such a file is there.
  const literal = glob.isPlain || exists(path.resolve(walk.context.baseDir, pattern)) ? pattern : undefined;
  if (literal === undefined) return findGlob(pattern, glob, walk);
  return findLiteral(glob.isPlain ? glob.fixed : literal, walk, isMissingAllowed);
}

function findGlob(pattern: string, glob: Glob, walk: Walk): Result<Found, Failure> {
  const root = resolveInside(glob.fixed === '' ? '.' : glob.fixed, walk.context);
  if (!root.ok) return root;
  const before = new Set(walk.found.keys());
  walkFolders(glob, root.value, walk);
  const files =
    before.size === 0 ? walk.found : new Map([...walk.found].filter(([file]) => !before.has(file)));
  const missing = files.size === 0 ? missingPart(root.value) : undefined;
  const why = missing === undefined ? '' : `: ${missingText(missing, 'folder', walk.context.baseDir)}`;
  return ok({
    base: root.value,
    files,
    ...(files.size === 0 &&
      before.size === 0 && { note: `no file matches ${JSON.stringify(pattern)}${why}` }),
  });
}

function findLiteral(name: string, walk: Walk, isMissingAllowed: boolean): Result<Found, Failure> {
  const { context } = walk;
  const place = resolveInside(name, context);
  if (!place.ok) return place;
  const file = place.value;
  const base = path.dirname(file);
  const stats = statOf(file);
  if (stats === undefined) {
    walk.probed.add(file);
    const missing = missingPart(file);
    if (missing === undefined) return err(isLink(file) ? danglingLink(name) : unreadable([file], context));
    const reason = missingText(missing, missing === file ? 'file' : 'folder', context.baseDir);
    if (isMissingAllowed) return ok({ base, files: new Map(), note: reason });
    return err(notFound(name, reason, context));
  }
  if (stats.isDirectory()) return err(isFolder(name, context));
  if (!stats.isFile()) {
    return err(
      failure('bad-input', `${JSON.stringify(name)} is no regular file but a pipe, socket or device`),
    );
  }
  if (walk.isExcluded(file)) return ok({ base, files: new Map() });
  if (!isReadable(file, stats)) walk.unreadable.add(file);
  return ok({ base, files: new Map([[file, factsOf(stats)]]) });
}

export function excluder(patterns: readonly string[], context: PathContext): (absolute: string) => boolean {
  const matchers = patterns.map((pattern) => {
    const { fixed, matches } = excludeMatcher(pattern);
    return { root: path.resolve(context.baseDir, fixed), matches };
  });
  return (absolute) =>
    matchers.some(({ root, matches }) => {
      if (absolute === root) return matches('');
      return (
        absolute.startsWith(withSeparator(root)) &&
        matches(slashed(absolute.slice(withSeparator(root).length)))
      );
    });
}

const withSeparator = (folder: string): string => (folder.endsWith(path.sep) ? folder : folder + path.sep);

function problemOf(walk: Walk): Failure | undefined {
  if (walk.unreadable.size > 0) return unreadable([...walk.unreadable].sort(), walk.context);
  const [outside] = walk.outside;
  return outside === undefined ? undefined : refusalOf(outside, walk.context);
}

function unreadable(files: readonly string[], context: PathContext): Failure {
  const shown = files.slice(0, 3).map((file) => shownPath(file, context.baseDir));
  const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : '';
  return failure('refused', `cannot read ${shown.join(', ')}${more}: permission denied`, {
    hint: 'change the permissions, or take the file out with exclude',
  });
}

function notFound(name: string, reason: string, context: PathContext): Failure {
  const home = name.startsWith('~') ? 'write the folder out: ~ has no meaning here' : undefined;
  return failure(
    'not-found',
    `${JSON.stringify(name)} does not exist: ${reason}; paths start at ${JSON.stringify(context.baseDir)}`,
    { hint: home ?? 'correct the path, or set allow_empty: true if the file may be missing' },
  );
}

const danglingLink = (name: string): Failure =>
  failure('not-found', `${JSON.stringify(name)} is a link to something that does not exist`, {
    hint: 'correct the link, or name the file itself',
  });

function isFolder(name: string, context: PathContext): Failure {
  const folder = name.replace(/\/+$/, '');
  const inside =
    path.resolve(context.baseDir, folder) === path.resolve(context.baseDir) ? '**' : `${folder}/**`;
  return failure('bad-input', `${JSON.stringify(name)} is a folder, and path takes files`, {
    hint: `did you mean ${JSON.stringify(inside)}, which takes every file below it?`,
  });
}

function misplaced(
  files: Iterable<SelectedFile>,
  base: string | undefined,
  context: PathContext,
): Failure | undefined {
  if (base === undefined) return undefined;
  for (const file of files) {
    if (isInside(file.path, [base])) continue;
    const shown = shownPath(file.path, context.baseDir);
    return failure('bad-input', `${shown} does not lie below base ${shownPath(base, context.baseDir)}`, {
      hint: 'base must be a folder that holds every file of path',
    });
  }
  return undefined;
}

/** Two files of one place could not be told apart by anything that comes after. */
function doubled(files: Iterable<SelectedFile>, context: PathContext): Failure | undefined {
  const places = new Map<string, SelectedFile>();
  for (const file of files) {
    const other = places.get(placeOf(file));
    places.set(placeOf(file), file);
    if (other === undefined) continue;
    const [one, two] = [other, file].map((each) => shownPath(each.path, context.baseDir));
    return failure('bad-input', `${one} and ${two} would both be ${JSON.stringify(placeOf(file))}`, {
      hint: 'set base to a folder that holds both, for example base: .',
    });
  }
  return undefined;
}

/** Where files lie below their base: worked out once for all that lie in one folder. */
class Places {
  readonly #dirs = new Map<string, string>();
  #base = '';

  of(file: string, base: string): { readonly dir: string; readonly name: string } {
    if (base !== this.#base) this.#dirs.clear();
    this.#base = base;
    const end = file.lastIndexOf(path.sep);
    const folder = file.slice(0, end);
    const known = this.#dirs.get(folder);
    const dir = known ?? slashed(path.relative(base, path.dirname(file)));
    if (known === undefined) this.#dirs.set(folder, dir);
    return { dir, name: file.slice(end + 1) };
  }
}

const placeOf = (file: SelectedFile): string => (file.dir === '' ? file.name : `${file.dir}/${file.name}`);
const slashed = (file: string): string => (path.sep === '/' ? file : file.replaceAll(path.sep, '/'));
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const statOf = (file: string): Stats | undefined => {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};
