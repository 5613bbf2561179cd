// Archives that hold sample.txt and sample.png, and packed single files. Formats without a free packer are written by
// hand, their members not packed.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bytes } from './kit.mjs';
import { alz, ar, arc, dmg, lha, rar } from './unpacked.mjs';

const names = ['sample.txt', 'sample.png'];
const members = (kit) => names.map((name) => ({ name, data: readFileSync(path.join(kit.dir, name)) }));
const made = (kit, extension) => kit.work(`made.${extension}`);

const bySevenZip = { '7z': '7z', zip: 'zip', tar: 'tar', wim: 'wim' };
const sameAsZip = ['jar', 'apk', 'xpi'];
/** Command and arguments that pack standard input onto standard output. */
const packers = {
  gz: ['gzip', '-nc'],
  bz2: ['bzip2', '-c'],
  xz: ['xz', '-c'],
  lzma: ['xz', '--format=lzma', '-c'],
  lz: ['lzip', '-c'],
  lzo: ['lzop', '-c'],
  zst: ['zstd', '-qc'],
  lz4: ['lz4', '-c'],
  br: ['brotli', '-c'],
  z: ['compress', '-cf'],
};

/** `name`: of the file within, for the formats that pack one. */
export const recipes = [
  ...Object.entries(bySevenZip).map(([extension, type]) => ({
    extension,
    how: '7-Zip',
    make: (kit) => {
      kit.run(
        '7zz',
        'a',
        `-t${type}`,
        made(kit, extension),
        ...names.map((name) => path.join(kit.dir, name)),
      );
      kit.move(made(kit, extension), extension);
    },
  })),
  ...sameAsZip.map((extension) => ({
    extension,
    how: 'the zip: the same container',
    make: (kit) => kit.copy('zip', extension),
  })),
  ...Object.entries(packers).flatMap(([extension, [command, ...args]]) => [
    {
      extension,
      how: command,
      make: (kit) => kit.write(extension, kit.pipe(kit.read('txt'), command, ...args)),
    },
    {
      extension: `tar.${extension}`,
      how: `${command} of the tar`,
      make: (kit) => kit.write(`tar.${extension}`, kit.pipe(kit.read('tar'), command, ...args)),
    },
  ]),
  { extension: 'bz', how: 'bzip2', make: (kit) => kit.copy('bz2', 'bz') },
  { extension: 'tar.bz', how: 'bzip2 of the tar', make: (kit) => kit.copy('tar.bz2', 'tar.bz') },
  { extension: 'tzo', how: 'lzop of the tar', make: (kit) => kit.copy('tar.lzo', 'tzo') },
  {
    extension: 'tar.7z',
    how: '7-Zip of the tar',
    make: (kit) => {
      kit.run('7zz', 'a', '-t7z', made(kit, '7z'), kit.sample('tar'));
      kit.move(made(kit, '7z'), 'tar.7z');
    },
  },
  { extension: 'rz', how: 'rzip', make: (kit) => { kit.run('rzip', '-k', '-o', made(kit, 'rz'), kit.sample('txt')); kit.move(made(kit, 'rz'), 'rz'); } }, // prettier-ignore
  {
    extension: 'cpio',
    how: 'cpio',
    make: (kit) =>
      kit.write('cpio', inFolder(kit, `${names.join('\n')}\n`, 'cpio', '-o', '-H', 'newc', '--quiet')),
  },
  { extension: 'arj', how: 'arj', make: (kit) => { kit.run('arj', 'a', '-e', made(kit, 'arj'), ...names.map((name) => path.join(kit.dir, name))); kit.move(made(kit, 'arj'), 'arj'); } }, // prettier-ignore
  {
    extension: 'cab',
    how: 'gcab',
    make: (kit) =>
      void kit.run('gcab', '-c', '-n', kit.sample('cab'), ...names.map((name) => path.join(kit.dir, name))),
  },
  { extension: 'ar', how: 'written by hand', make: (kit) => kit.write('ar', ar(members(kit))) },
  { extension: 'deb', how: 'written by hand around tar', make: deb },
  { extension: 'rpm', how: 'rpmbuild', make: rpm },
  {
    extension: 'squashfs',
    how: 'mksquashfs',
    make: (kit) =>
      void kit.run(
        'mksquashfs',
        ...names.map((name) => path.join(kit.dir, name)),
        kit.sample('squashfs'),
        '-noappend',
        '-quiet',
        '-no-progress',
      ),
  },
  {
    extension: 'iso',
    how: 'xorriso',
    make: (kit) =>
      void kit.run(
        'xorriso',
        '-as',
        'mkisofs',
        '-quiet',
        '-no-pad',
        '-J',
        '-o',
        kit.sample('iso'),
        ...names.map((name) => path.join(kit.dir, name)),
      ),
  },
  {
    extension: 'img',
    how: 'mtools: a FAT file system',
    make: (kit) => {
      writeFileSync(kit.sample('img'), Buffer.alloc(64 * 1024));
      kit.run('mformat', '-i', kit.sample('img'), '-T', '128', '-h', '2', '-s', '8', '::');
      for (const name of names) kit.run('mcopy', '-i', kit.sample('img'), path.join(kit.dir, name), '::');
    },
  },
  {
    extension: 'dmg',
    how: 'written by hand: a disk image around the FAT file system',
    make: (kit) => kit.write('dmg', dmg(kit.read('img'))),
  },
  {
    extension: 'lha',
    how: 'written by hand, not packed',
    make: (kit) => kit.write('lha', lha(members(kit))),
  },
  {
    extension: 'arc',
    how: 'written by hand, not packed',
    make: (kit) => kit.write('arc', arc(members(kit))),
  },
  {
    extension: 'alz',
    how: 'written by hand, not packed',
    make: (kit) => kit.write('alz', alz(members(kit))),
  },
  {
    extension: 'rar',
    how: 'written by hand, not packed',
    make: (kit) => kit.write('rar', rar(members(kit))),
  },
  { extension: 'cbz', how: '7-Zip', make: (kit) => { kit.run('7zz', 'a', '-tzip', made(kit, 'cbz'), kit.sample('png')); kit.move(made(kit, 'cbz'), 'cbz'); } }, // prettier-ignore
  {
    extension: 'cbr',
    how: 'written by hand, not packed',
    make: (kit) => kit.write('cbr', rar(members(kit).slice(1))),
  },
  {
    extension: 'cbc',
    how: '7-Zip: a list and one cbz',
    make: (kit) => {
      writeFileSync(kit.work('comics.txt'), 'one.cbz:Pipeline sample\n');
      copyFileSync(kit.sample('cbz'), kit.work('one.cbz'));
      kit.run('7zz', 'a', '-tzip', made(kit, 'cbc'), kit.work('comics.txt'), kit.work('one.cbz'));
      kit.move(made(kit, 'cbc'), 'cbc');
    },
  },
];

function inFolder(kit, input, ...command) {
  for (const name of names) copyFileSync(path.join(kit.dir, name), kit.work(name));
  return kit.pipe(input, ...command);
}

function deb(kit) {
  writeFileSync(
    kit.work('control'),
    'Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: Pipeline <sample@example.org>\nDescription: Pipeline sample\n',
  );
  const control = kit.run('tar', '-cz', '--mtime=@1700000000', 'control');
  const data = kit.pipe(kit.read('tar'), 'gzip', '-nc');
  const files = [
    { name: 'debian-binary', data: Buffer.from('2.0\n') },
    { name: 'control.tar.gz', data: control },
    { name: 'data.tar.gz', data },
  ];
  kit.write(
    'deb',
    bytes(
      ar(files)
        .toString('latin1')
        .replaceAll(/^(\S+)\/ /gm, '$1  '),
    ),
  );
}

function rpm(kit) {
  const top = kit.work('rpm');
  mkdirSync(top, { recursive: true });
  const files = names.map(
    (name) => `install -D ${path.join(kit.dir, name)} %{buildroot}/usr/share/sample/${name}`,
  );
  const spec = `Name: sample\nVersion: 1\nRelease: 1\nSummary: Pipeline sample\nLicense: MIT\nBuildArch: noarch\n%description\nPipeline sample\n%install\n${files.join('\n')}\n%files\n/usr/share/sample\n`;
  writeFileSync(kit.work('sample.spec'), spec);
  kit.run(
    'rpmbuild',
    '-bb',
    '--quiet',
    '--define',
    `_topdir ${top}`,
    '--define',
    '_binary_payload w9.gzdio',
    kit.work('sample.spec'),
  );
  kit.move(path.join(top, 'RPMS/noarch/sample-1-1.noarch.rpm'), 'rpm');
}
