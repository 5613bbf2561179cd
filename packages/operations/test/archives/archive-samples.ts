/**
 * Archives of every kind, each with the same files in it: made by the programs of their kind where there are any, and
 * written by hand, with nothing packed, where no free program makes them.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { findCommand } from '../../src/programs/find-program.ts';
import { newFolder } from '../places/action.ts';
import { alz, arc, cab, dmg, files, lha, rar } from './stored-archives.ts';

/** Where a format holds a single file. */
export const single = 'just one file\n'.repeat(50);

export interface Sample {
  readonly format: string;
  /** The program that makes it. */
  readonly by?: string;
  /** The program that opens it; absent: 7-Zip, which comes along. */
  readonly opener?: string;
  readonly make: () => Buffer;
  /** It holds one file, called after the archive. */
  readonly isSingle?: boolean;
}

const pathOf = (command: string): string => findCommand(command) ?? command;

/** In a folder with the files; the archive is `out`. */
function by(
  command: string,
  args: readonly string[],
  more: { readonly input?: Buffer | string } = {},
): Buffer {
  const dir = folder();
  execFileSync(pathOf(command), args, {
    cwd: dir,
    stdio: ['pipe', 'ignore', 'ignore'],
    ...more,
  });
  return readFileSync(path.join(dir, 'out'));
}

/** It packs `one` and prints the archive. */
function printed(command: string, args: readonly string[], input: Buffer | string = single): Buffer {
  return execFileSync(pathOf(command), args, { input, stdio: ['pipe', 'pipe', 'ignore'] });
}

function folder(): string {
  const dir = newFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  }
  writeFileSync(path.join(dir, 'one'), single);
  return dir;
}

const names = Object.keys(files);
const tar = (): Buffer => by('tar', ['-cf', 'out', ...names]);

function byTwo(first: () => Buffer, command: string, args: readonly string[]): Buffer {
  return printed(command, args, first());
}

/** 7-Zip names its output by itself. */
function seven(type: string, given: readonly string[], password?: string): Buffer {
  const dir = folder();
  writeFileSync(path.join(dir, 'files.tar'), tar());
  const args = [
    'a',
    `-t${type}`,
    ...(password === undefined ? [] : [`-p${password}`, '-mhe=on']),
    'out',
    ...given,
  ];
  execFileSync(pathOf('7zz'), args, { cwd: dir, stdio: 'ignore' });
  const name = ['out', `out.${type}`].find((candidate) => exists(path.join(dir, candidate))) ?? 'out';
  return readFileSync(path.join(dir, name));
}

function exists(file: string): boolean {
  try {
    return readFileSync(file).length > 0;
  } catch {
    return false;
  }
}

export const locked7z = (password: string): Buffer => seven('7z', names, password);

export const samples: readonly Sample[] = [
  { format: '7z', by: '7zz', make: () => seven('7z', names) },
  { format: 'zip', by: '7zz', make: () => seven('zip', names) },
  { format: 'jar', by: '7zz', make: () => seven('zip', names) },
  { format: 'wim', by: '7zz', make: () => seven('wim', names) },
  { format: 'tar.7z', by: '7zz', make: () => seven('7z', ['files.tar']) },
  { format: 'tar', by: 'tar', make: tar },
  { format: 'tar.gz', by: 'tar', make: () => gzipSync(tar()) },
  { format: 'tgz', by: 'tar', make: () => gzipSync(tar()) },
  { format: 'tar.bz2', by: 'bzip2', make: () => byTwo(tar, 'bzip2', ['-c']) },
  { format: 'tbz2', by: 'bzip2', make: () => byTwo(tar, 'bzip2', ['-c']) },
  { format: 'tar.bz', by: 'bzip2', make: () => byTwo(tar, 'bzip2', ['-c']) },
  { format: 'tar.xz', by: 'xz', make: () => byTwo(tar, 'xz', ['-c']) },
  { format: 'tar.zst', by: 'zstd', make: () => byTwo(tar, 'zstd', ['-c']) },
  { format: 'tar.z', by: 'compress', make: () => byTwo(tar, 'compress', ['-c']) },
  { format: 'tz', by: 'compress', make: () => byTwo(tar, 'compress', ['-c']) },
  { format: 'tar.lzo', by: 'lzop', opener: 'lzop', make: () => byTwo(tar, 'lzop', ['-c']) },
  { format: 'tzo', by: 'lzop', opener: 'lzop', make: () => byTwo(tar, 'lzop', ['-c']) },
  { format: 'gz', make: () => gzipSync(single), isSingle: true },
  { format: 'bz2', by: 'bzip2', make: () => printed('bzip2', ['-c']), isSingle: true },
  { format: 'bz', by: 'bzip2', make: () => printed('bzip2', ['-c']), isSingle: true },
  { format: 'xz', by: 'xz', make: () => printed('xz', ['-c']), isSingle: true },
  { format: 'lzma', by: 'xz', make: () => printed('xz', ['-c', '--format=lzma']), isSingle: true },
  { format: 'zst', by: 'zstd', make: () => printed('zstd', ['-c']), isSingle: true },
  { format: 'z', by: 'compress', make: () => printed('compress', ['-c', '-f']), isSingle: true },
  { format: 'lz', by: 'lzip', make: () => printed('lzip', ['-c']), isSingle: true },
  { format: 'lzo', by: 'lzop', opener: 'lzop', make: () => printed('lzop', ['-c']), isSingle: true },
  {
    format: 'rz',
    by: 'rzip',
    opener: 'rzip',
    make: () => by('rzip', ['-k', '-o', 'out', 'one']),
    isSingle: true,
  },
  {
    format: 'cpio',
    by: 'cpio',
    make: () => by('cpio', ['-o', '-H', 'newc', '-O', 'out'], { input: `${names.join('\n')}\n` }),
  },
  {
    format: 'iso',
    by: 'xorriso',
    make: () =>
      by('xorriso', [
        '-as',
        'mkisofs',
        '-R',
        '-J',
        '-quiet',
        '-o',
        'out',
        '-graft-points',
        ...names.map((name) => `/${name}=${name}`),
      ]),
  },
  { format: 'arj', by: 'arj', make: () => arj() },
  { format: 'img', by: 'mformat', make: () => img() },
  { format: 'deb', by: 'dpkg-deb', make: () => deb() },
  { format: 'rpm', by: 'rpmbuild', make: () => rpm() },
  { format: 'cab', make: () => cab() },
  {
    format: 'dmg',
    make: () =>
      dmg(
        by('xorriso', [
          '-as',
          'mkisofs',
          '-hfsplus',
          '-R',
          '-J',
          '-quiet',
          '-o',
          'out',
          '-graft-points',
          ...names.map((name) => `/${name}=${name}`),
        ]),
      ),
    by: 'xorriso',
  },
  { format: 'lha', make: () => lha() },
  { format: 'rar', make: () => rar() },
  { format: 'arc', opener: 'unar', make: () => arc() },
  { format: 'alz', opener: 'unar', make: () => alz() },
];

function arj(): Buffer {
  const dir = folder();
  execFileSync(pathOf('arj'), ['a', '-r', 'out.arj', ...names], { cwd: dir, stdio: 'ignore' });
  return readFileSync(path.join(dir, 'out.arj'));
}

function img(): Buffer {
  const dir = folder();
  const run = (command: string, args: readonly string[]): void => {
    execFileSync(command, args, { cwd: dir, stdio: 'ignore' });
  };
  run('mformat', ['-C', '-i', 'out', '-f', '1440', '::']);
  run('mmd', ['-i', 'out', '::sub']);
  for (const name of names) run('mcopy', ['-i', 'out', name, `::${name}`]);
  return readFileSync(path.join(dir, 'out'));
}

function deb(): Buffer {
  const dir = folder();
  mkdirSync(path.join(dir, 'pkg/DEBIAN'), { recursive: true });
  writeFileSync(
    path.join(dir, 'pkg/DEBIAN/control'),
    'Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.com>\nDescription: sample\n',
  );
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, 'pkg', name)), { recursive: true });
    writeFileSync(path.join(dir, 'pkg', name), text);
  }
  execFileSync(pathOf('dpkg-deb'), ['--root-owner-group', '-b', 'pkg', 'out.deb'], {
    cwd: dir,
    stdio: 'ignore',
  });
  return readFileSync(path.join(dir, 'out.deb'));
}

function rpm(): Buffer {
  const dir = folder();
  const install = names.map((name) => `install -D %{_sourcedir}/${name} %{buildroot}/opt/${name}`).join('\n');
  writeFileSync(
    path.join(dir, 'sample.spec'),
    `Name: sample\nVersion: 1\nRelease: 1\nSummary: sample\nLicense: MIT\nBuildArch: noarch\n%description\nsample\n%install\n${install}\n%files\n${names.map((name) => `/opt/${name}`).join('\n')}\n`,
  );
  execFileSync(
    pathOf('rpmbuild'),
    ['-bb', '--define', `_topdir ${dir}/top`, '--define', `_sourcedir ${dir}`, 'sample.spec'],
    {
      cwd: dir,
      stdio: 'ignore',
      env: { ...process.env, HOME: dir },
    },
  );
  return readFileSync(path.join(dir, 'top/RPMS/noarch/sample-1-1.noarch.rpm'));
}
