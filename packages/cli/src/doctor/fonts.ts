/**
 * Whether the fonts that most documents name, or open ones of the same widths, are on this machine: without them office
 * documents break their lines elsewhere. It goes by the names of font files, and opens none.
 */
import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface FontFamily {
  /** What documents ask for. */
  readonly name: string;
  /** What is there in its place, or is it. */
  readonly found?: string;
  /** The open family that would do, and what installs it on Debian. */
  readonly openFamily: string;
  readonly aptPackage: string;
}

interface Wanted extends Omit<FontFamily, 'found'> {
  /** Names of files, without case, hyphens and spaces; the first is the font itself. */
  readonly files: readonly string[];
}

const wanted: readonly Wanted[] = [
  {
    name: 'Arial, Times New Roman, Courier New',
    openFamily: 'Liberation',
    aptPackage: 'fonts-liberation',
    files: ['arial', 'liberationsans', 'arimo'],
  },
  {
    name: 'Calibri',
    openFamily: 'Carlito',
    aptPackage: 'fonts-crosextra-carlito',
    files: ['calibri', 'carlito'],
  },
  {
    name: 'Cambria',
    openFamily: 'Caladea',
    aptPackage: 'fonts-crosextra-caladea',
    files: ['cambria', 'caladea'],
  },
  {
    name: 'Chinese, Japanese, Korean',
    openFamily: 'Noto Sans CJK',
    aptPackage: 'fonts-noto-cjk',
    files: ['notosanscjk', 'msyh', 'yugoth', 'pingfang', 'hiraginosans', 'wqymicrohei', 'droidsansfallback'],
  },
];

export function surveyFonts(): readonly FontFamily[] {
  const files = folders().flatMap(fontFiles);
  return wanted.map(({ files: names, ...family }) => {
    const found = names.flatMap((name) => files.find((file) => plain(file).startsWith(name)) ?? [])[0];
    return found === undefined ? family : { ...family, found: familyOf(found) };
  });
}

function folders(): readonly string[] {
  const home = os.homedir();
  switch (process.platform) {
    case 'win32':
      return [path.join(process.env['WINDIR'] ?? 'C:\\Windows', 'Fonts')];
    case 'darwin':
      return ['/System/Library/Fonts', '/Library/Fonts', path.join(home, 'Library/Fonts')];
    default:
      return [
        '/usr/share/fonts',
        '/usr/local/share/fonts',
        path.join(home, '.fonts'),
        path.join(home, '.local/share/fonts'),
      ];
  }
}

function fontFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => path.basename(file))
      .filter((name) => /\.(ttf|otf|ttc|otc)$/i.test(name));
  } catch {
    // No such folder.
    return [];
  }
}

const plain = (file: string): string => file.toLowerCase().replaceAll(/[\s_-]/g, '');

/** `LiberationSans-Bold.ttf` → `Liberation Sans` */
const familyOf = (file: string): string =>
  path
    .parse(file)
    .name.replace(/[-_].*$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ');
