/**
 * Packs: heavy npm packages that Pipeline uses when they are installed beside it, and does not bring along. It knows
 * their names and what adds them, and looks whether they are there; their hosts load them.
 */
import { existsSync } from 'node:fs';
import { requireAsHost } from './host/host-entry.ts';

export interface Pack {
  /** npm packages with the versions that are tested, as `npm install` takes them. */
  readonly packages: readonly [string, ...string[]];
  readonly version: string;
  /** SPDX. */
  readonly license: string;
  /** Installed, in MB. */
  readonly sizeMb: number;
  readonly purpose: string;
}

export type PackName = 'browser' | 'media' | 'metadata' | 'office' | 'ocr';

export const packs: Readonly<Record<PackName, Pack>> = {
  browser: {
    packages: ['playwright-core'],
    version: '1.65.1',
    license: 'Apache-2.0',
    sizeMb: 14,
    purpose: 'driving an installed Chromium: web pages as a browser shows them',
  },
  media: {
    packages: ['node-av'],
    version: '6.1.1',
    license: 'MIT AND LGPL-2.1-or-later AND GPL-2.0-or-later',
    sizeMb: 172,
    purpose: 'video and audio without an installed ffmpeg',
  },
  metadata: {
    packages: ['exiftool-vendored.pl'],
    version: '13.59.3',
    license: 'Artistic-1.0-Perl OR GPL-1.0-or-later',
    sizeMb: 22,
    purpose: 'metadata of all kinds without an installed exiftool (runs by perl)',
  },
  office: {
    packages: ['@matbee/libreoffice-converter'],
    version: '2.7.2',
    license: 'MPL-2.0',
    sizeMb: 242,
    purpose: 'office documents with their page layout, without an installed LibreOffice',
  },
  ocr: {
    packages: ['tesseract.js', '@tesseract.js-data/eng'],
    version: '7.0.0',
    license: 'Apache-2.0',
    sizeMb: 58,
    purpose: 'text in pictures and scans without an installed tesseract',
  },
};

const installed = new Map<PackName, boolean>();

export function hasPack(name: PackName): boolean {
  const known = installed.get(name);
  if (known !== undefined) return known;
  const isThere =
    !leftOut().includes(name) && packs[name].packages.every((wanted) => packFolder(wanted) !== undefined);
  installed.set(name, isThere);
  return isThere;
}

/** Packs that are not to be used though they are installed, separated by commas: `PIPELINE_WITHOUT_PACKS=office,ocr`. */
const leftOut = (): readonly string[] =>
  (process.env['PIPELINE_WITHOUT_PACKS'] ?? '').split(',').map((name) => name.trim());

export function packInstallCommand(names: readonly PackName[]): string {
  return `npm install ${names.flatMap((name) => packs[name].packages).join(' ')}`;
}

/** Where a package lies, as the hosts will find it: from the package that this code belongs to, even where it is bundled into another. */
export function packFolder(name: string): string | undefined {
  try {
    const folders = (requireAsHost().resolve.paths(name) ?? []).map((folder) => `${folder}/${name}`);
    return folders.find((folder) => existsSync(`${folder}/package.json`));
  } catch {
    return undefined;
  }
}
