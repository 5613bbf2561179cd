/** Which archives are opened and made, and what lies in them. Pure and light: also used while a pipeline is checked. */

/** What is left when the outer layer of a compressed tar is gone is a tar. */
export const layered: Readonly<Record<string, 'gzip' | 'bzip2' | 'xz' | undefined>> = {
  'tar.gz': 'gzip',
  'tar.bz2': 'bzip2',
  'tar.xz': 'xz',
};

/** One file, packed, without a folder; its name is that of the archive without the extension. */
export const singleFiles: ReadonlySet<string> = new Set([
  'gz',
  'bz2',
  'bz',
  'xz',
  'zst',
  'z',
  'lzma',
  'lz',
  'lzo',
  'rz',
]);

/** What 7-Zip opens. */
export const sevenZipFormats: readonly string[] = [
  '7z',
  'zip',
  'tar',
  'tar.gz',
  'tar.bz2',
  'tar.xz',
  'tar.zst',
  'tar.z',
  'tar.7z',
  'tar.bz',
  'bz',
  'lz',
  'img',
  'jar',
  'apk',
  'xpi',
  'ar',
  'deb',
  'arj',
  'cab',
  'cpio',
  'iso',
  'lha',
  'rar',
  'rpm',
  'squashfs',
  'wim',
  'dmg',
  'gz',
  'bz2',
  'xz',
  'zst',
  'z',
  'lzma',
  'cbz',
  'cbr',
];

/** Our format → 7-Zip's name of it. */
export const archiveTypes: Readonly<Record<string, string>> = {
  zip: 'zip',
  '7z': '7z',
  tar: 'tar',
  'tar.gz': 'tar',
  'tar.bz2': 'tar',
  'tar.xz': 'tar',
  wim: 'wim',
  cbz: 'zip',
};

/** Every archive that is made here out of each of these. */
export function archivePairs(formats: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    formats.map((from) => [
      from,
      // A comic becomes a comic of another packing.
      [...Object.keys(archiveTypes), 'rar'].filter((to) => to !== from && (to !== 'cbz' || from === 'cbr')),
    ]),
  );
}

/** Archives that 7-Zip protects with a password. */
export const protectable: ReadonlySet<string> = new Set(['zip', '7z']);

/** Below the work folder: what is unpacked, and what is to be packed. */
export const contentDir = 'content';
