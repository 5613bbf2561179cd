/** Which archives 7-Zip opens and makes. Pure and light: also used while a pipeline is checked. */

/** What is left when the outer layer of a compressed tar is gone is a tar. */
export const layered: Readonly<Record<string, 'gzip' | 'bzip2' | 'xz' | undefined>> = {
  'tar.gz': 'gzip',
  'tar.bz2': 'bzip2',
  'tar.xz': 'xz',
};

const archivesIn = [
  '7z',
  'zip',
  'tar',
  'tar.gz',
  'tar.bz2',
  'tar.xz',
  'tar.zst',
  'tar.z',
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
};

export const archivePairs: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  archivesIn.map((from) => [from, Object.keys(archiveTypes).filter((to) => to !== from)]),
);

/** Archives that 7-Zip protects with a password. */
export const protectable: ReadonlySet<string> = new Set(['zip', '7z']);
