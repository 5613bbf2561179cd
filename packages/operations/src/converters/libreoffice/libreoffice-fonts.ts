/**
 * Fonts that a document asks for and this machine lacks. It reads names out of the XML of Office and OpenDocument files,
 * and asks fontconfig what is installed; other formats, and systems without fontconfig, tell nothing.
 */
import { tmpdir } from 'node:os';
import { startProcess } from '../../process.ts';
import { findCommand } from '../../programs/find-program.ts';
import { readZipTexts } from '../archives/zip-check.ts';

const parts =
  /^(word\/(document|styles)\.xml|xl\/styles\.xml|ppt\/(slides|theme)\/[^/]+\.xml|content\.xml|styles\.xml)$/;

/** Where a font is asked for by name: Word, Excel, PowerPoint, OpenDocument. */
const places: readonly RegExp[] = [
  /<w:rFonts[^>]*\bw:ascii="([^"]+)"/g,
  /<(?:name|rFont) val="([^"]+)"/g,
  /<a:(?:latin)[^>]*\btypeface="([^"+][^"]*)"/g,
  /\bstyle:font-name="([^"]+)"/g,
];

/** Of the same widths, so that nothing moves: as LibreOffice replaces them. */
const likeness: Readonly<Record<string, string>> = {
  arial: 'liberation sans',
  helvetica: 'liberation sans',
  'arial narrow': 'liberation sans narrow',
  'times new roman': 'liberation serif',
  times: 'liberation serif',
  'courier new': 'liberation mono',
  courier: 'liberation mono',
  calibri: 'carlito',
  cambria: 'caladea',
};

export async function missingFonts(inputPath: string, from: string): Promise<readonly string[]> {
  if (!/^(doc|xls|ppt|dot|pot|pps|od)/.test(from)) return [];
  const installed = await installedFonts();
  if (installed.size === 0) return [];
  const asked = fontsIn(await readZipTexts(inputPath, parts));
  return asked.filter((name) => {
    const lower = name.toLowerCase();
    return !installed.has(lower) && !installed.has(likeness[lower] ?? lower);
  });
}

/** Each once. OpenDocument numbers its styles (`Arial1`) and asks for the family behind them. */
export function fontsIn(texts: readonly string[]): readonly string[] {
  const families = new Map(
    texts.flatMap((text) =>
      [...text.matchAll(/<style:font-face style:name="([^"]+)" svg:font-family="(?:&apos;)?([^"&]+)/g)].map(
        ([, name = '', family = '']) =>
          [name, family.split(',')[0]?.replaceAll("'", '').trim() ?? ''] satisfies [string, string],
      ),
    ),
  );
  const names = texts.flatMap((text) =>
    places.flatMap((place) => [...text.matchAll(place)].map(([, name = '']) => name)),
  );
  return [...new Set(names.map((name) => families.get(name) ?? name))].filter((name) => name !== '');
}

let fonts: Promise<ReadonlySet<string>> | undefined;

/** Families in lower case; empty where nobody tells. */
function installedFonts(): Promise<ReadonlySet<string>> {
  fonts ??= listFonts();
  return fonts;
}

async function listFonts(): Promise<ReadonlySet<string>> {
  const command = findCommand('fc-list');
  if (command === undefined) return new Set();
  const { stdout } = await startProcess({
    command,
    args: ['--format', '%{family}\n'],
    cwd: tmpdir(),
    signal: AbortSignal.timeout(10_000),
    keepStdoutBytes: 2 ** 20,
  }).ended;
  return new Set(stdout.split(/[\n,]/).map((name) => name.trim().toLowerCase()));
}
