/**
 * The fonts of this machine as one short text: which files lie in the folders that fontconfig knows (or that the system
 * has them in), how large they are, and since when. It starts no process and opens no font.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

export interface FontFiles {
  /** A hash. The same fonts give the same text, in whosever home they lie. */
  readonly text: string;
  /** Every folder of them, by whose time a new or replaced font shows: so fontconfig itself finds out. */
  readonly folders: readonly string[];
}

export function fontFiles(): FontFiles {
  const config = readConfig();
  const seen: Seen = { folders: new Map(), files: [] };
  for (const folder of [...systemFolders(), ...config.folders]) walk(folder, seen);
  const listed = [...config.files, ...seen.files].toSorted().map(fileLine).join('\n');
  return {
    text: createHash('sha256').update(listed).digest('hex').slice(0, 16),
    folders: [...new Set([...seen.folders.values(), ...config.files])],
  };
}

const isFont = /\.(ttf|otf|ttc|otc|otb|pf[abm]|afm|t1|pcf|bdf|woff2?|dfont|pcf\.gz|bdf\.gz)$/i;

interface Seen {
  /** Real path → as it was reached: a folder that is linked into itself is walked once. */
  readonly folders: Map<string, string>;
  readonly files: string[];
}

function walk(folder: string, seen: Seen): void {
  try {
    const real = realpathSync(folder);
    if (seen.folders.has(real)) return;
    seen.folders.set(real, folder);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const place = path.join(folder, entry.name);
      if (isFont.test(entry.name)) seen.files.push(place);
      else if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(place))) walk(place, seen);
    }
  } catch {
    // Not there, or not for us: nor will a converter read it.
  }
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}

function fileLine(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  const home = homedir();
  const shown = file.startsWith(home + path.sep) ? `~${file.slice(home.length)}` : file;
  return `${shown} ${stats?.size} ${Math.floor((stats?.mtimeMs ?? 0) / 1000)}`;
}

/** What has fonts without fontconfig. */
function systemFolders(): readonly string[] {
  const { WINDIR, LOCALAPPDATA } = process.env;
  switch (process.platform) {
    case 'darwin':
      return ['/System/Library/Fonts', '/Library/Fonts', path.join(homedir(), 'Library/Fonts')];
    case 'win32':
      return [
        path.join(WINDIR ?? 'C:\\Windows', 'Fonts'),
        ...(LOCALAPPDATA === undefined ? [] : [path.join(LOCALAPPDATA, 'Microsoft/Windows/Fonts')]),
      ];
    default:
      return ['/usr/share/fonts', '/usr/local/share/fonts', path.join(homedir(), '.fonts')];
  }
}

interface Config {
  readonly folders: readonly string[];
  /** They say which font stands for which. */
  readonly files: readonly string[];
}

function readConfig(): Config {
  const { FONTCONFIG_FILE, FONTCONFIG_PATH } = process.env;
  const bases = [FONTCONFIG_PATH, '/etc/fonts', '/opt/homebrew/etc/fonts', '/usr/local/etc/fonts'];
  const starts = [FONTCONFIG_FILE, ...bases.map((base) => base && path.join(base, 'fonts.conf'))];
  const config = { folders: [], files: [] };
  for (const start of starts) if (start !== undefined) readConfigFile(start, config, 0);
  return config;
}

const maxDepth = 8;

function readConfigFile(
  place: string,
  config: { readonly folders: string[]; readonly files: string[] },
  depth: number,
): void {
  if (depth > maxDepth || config.files.includes(place)) return;
  try {
    if (isFolder(place)) {
      const names = readdirSync(place).filter((name) => /^\d.*\.conf$/.test(name));
      for (const name of names) readConfigFile(path.join(place, name), config, depth + 1);
      return;
    }
    const text = readFileSync(place, 'utf8').replaceAll(/<!--[^]*?-->/g, '');
    config.files.push(place);
    for (const [, tag = '', attributes = '', content = ''] of text.matchAll(
      /<(dir|include)\b([^>]*)>([^<]+)</g,
    )) {
      const target = targetOf(content.trim(), { attributes, tag, place });
      if (tag === 'dir') config.folders.push(target);
      else readConfigFile(target, config, depth + 1);
    }
  } catch {
    // Most of what a configuration includes need not be there.
  }
}

function targetOf(
  written: string,
  { attributes, tag, place }: { readonly attributes: string; readonly tag: string; readonly place: string },
): string {
  if (/prefix\s*=\s*"xdg"/.test(attributes)) {
    const { XDG_DATA_HOME, XDG_CONFIG_HOME } = process.env;
    const base =
      tag === 'dir'
        ? (XDG_DATA_HOME ?? path.join(homedir(), '.local/share'))
        : (XDG_CONFIG_HOME ?? path.join(homedir(), '.config'));
    return path.join(base, written);
  }
  if (written.startsWith('~')) return path.join(homedir(), written.slice(1));
  return path.resolve(path.dirname(place), written);
}
