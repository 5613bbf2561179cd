/**
 * What somebody must watch to notice every change of the files that an `import/local` takes: folders, a test by name,
 * and a look at what is there. A file that is missing or cannot be read is no failure here: the run says so.
 */
import path from 'node:path';
import picomatch from 'picomatch';
import type { JsonObject } from '@pipeline/schema';
import type { PathContext } from '../../files/paths.ts';
import { isInside } from '../../files/paths.ts';
import { listOption } from '../../read-options.ts';
import { matchOptions, parseGlob, quoteParentheses, splitFixed } from './glob.ts';
import { exists, isLink } from './missing-path.ts';
import { excluder } from './select-files.ts';
import { startWalk, walkFolders } from './walk-folders.ts';

export interface WatchedFiles {
  readonly roots: readonly WatchedRoot[];
  /** By its name alone: whether an absolute path could be one of the files. */
  readonly matches: (absolute: string) => boolean;
  /** Whether nothing below this folder is ever taken. */
  readonly isExcluded: (folder: string) => boolean;
  readonly look: () => FoundFiles;
}

export interface FoundFiles {
  /** Absolute paths of the files that are there now. */
  readonly files: readonly string[];
  /** Those of them that are links. */
  readonly links: readonly string[];
}

/** Where files are taken from. */
export interface WatchedRoot {
  /** Absolute; not there yet, perhaps. */
  readonly folder: string;
  /** How many folders deep below it; `Infinity` for `**`. */
  readonly depth: number;
  /** Names that start with a dot are meant, too. */
  readonly isHidden: boolean;
}

/** `path` and `exclude` as in `import/local`. */
export function watchFiles(options: JsonObject, context: PathContext): WatchedFiles {
  const patterns = listOption(options, 'path');
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const isExcluded = excluder([...unwanted, ...listOption(options, 'exclude')], context);
  const watches = wanted.map((pattern) => watchPattern(pattern, context));
  return {
    roots: watches.map(({ root }) => root),
    matches: (absolute) => watches.some(({ matches }) => matches(absolute)) && !isExcluded(absolute),
    isExcluded,
    look: () => look(wanted, { context, isExcluded }),
  };
}

interface PatternWatch {
  readonly root: WatchedRoot;
  readonly matches: (absolute: string) => boolean;
}

function watchPattern(pattern: string, { baseDir }: PathContext): PatternWatch {
  const literal = path.resolve(baseDir, pattern);
  const { fixed, rest } = splitFixed(pattern);
  if (rest === '') {
    const file = path.resolve(baseDir, fixed);
    return {
      root: { folder: path.dirname(file), depth: 0, isHidden: true },
      matches: (absolute) => absolute === file,
    };
  }
  const folder = path.resolve(baseDir, fixed);
  const isMatch = picomatch(quoteParentheses(rest), matchOptions);
  const namesPassedOver = passedOver.test(`/${rest}/`);
  return {
    root: {
      folder,
      depth: rest.includes('**') ? Infinity : rest.split('/').length - 1,
      isHidden: /(?:^|[/{,])\./.test(rest),
    },
    matches: (absolute) => {
      // `[slug].md` is a name, where such a file is there.
      if (absolute === literal) return true;
      if (!isInside(absolute, [folder])) return false;
      const below = path.relative(folder, absolute).replaceAll(path.sep, '/');
      return isMatch(below) && (namesPassedOver || !passedOver.test(`/${below}`));
    },
  };
}

/** What a walk does not enter unless the pattern names it. */
const passedOver = /\/(?:node_modules|\.git|\.pipeline)\//;

function look(
  patterns: readonly string[],
  {
    context,
    isExcluded,
  }: { readonly context: PathContext; readonly isExcluded: (absolute: string) => boolean },
): FoundFiles {
  const walk = startWalk(context, { isExcluded });
  const named: string[] = [];
  for (const pattern of patterns) {
    const glob = parseGlob(pattern);
    const literal = path.resolve(context.baseDir, glob.isPlain ? glob.fixed : pattern);
    if (glob.isPlain || exists(literal)) {
      if (exists(literal) && !isExcluded(literal)) named.push(literal);
    } else walkFolders(glob, path.resolve(context.baseDir, glob.fixed), walk);
  }
  const found = [...new Set([...named, ...walk.found.keys()])];
  const links = found.filter(
    (file) =>
      walk.listings.get(path.dirname(file))?.get(path.basename(file))?.isSymbolicLink() ?? isLink(file),
  );
  // What cannot be read now may become readable, and then it counts.
  return { files: [...found, ...walk.unreadable], links };
}
