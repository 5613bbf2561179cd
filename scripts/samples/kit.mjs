// What the recipes of samples share: a folder to work in, programs, and the one picture, tone and text that they all hold.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const text = 'Pipeline sample';

/** `dir`: where samples are; `scratch`: a folder of its own. */
export function createKit(dir, scratch) {
  const sample = (extension) => path.join(dir, `sample.${extension}`);
  const kit = {
    dir,
    scratch,
    sample,
    /** The file of that name in the scratch folder. */
    work: (name) => path.join(scratch, name),
    run: (command, ...args) => run([command, ...args], scratch),
    /** With text on its standard input; gives what it prints, as bytes. */
    pipe: (input, ...command) => run(command, scratch, input),
    write: (extension, content) => writeFileSync(sample(extension), content),
    writeFile: (name, content) => writeFileSync(path.join(dir, name), content),
    read: (extension) => readFileSync(sample(extension)),
    copy: (from, to) => copyFileSync(sample(from), sample(to)),
    move: (file, extension) => {
      copyFileSync(file, sample(extension));
      rmSync(file);
    },
    /** By LibreOffice; the filter's name picks a variant of a format. */
    office: (from, extension, filter) => {
      const type = filter === undefined ? extension : `${extension}:${filter}`;
      const profile = `-env:UserInstallation=file://${path.join(scratch, 'profile')}`;
      run(
        ['soffice', profile, '--headless', '--convert-to', type, '--outdir', scratch, sample(from)],
        scratch,
      );
      renameSync(path.join(scratch, `sample.${extension}`), path.join(scratch, 'office-result'));
      kit.move(path.join(scratch, 'office-result'), extension);
    },
    size: (extension) => statSync(sample(extension)).size,
  };
  mkdirSync(scratch, { recursive: true });
  return kit;
}

function run([command, ...args], cwd, input) {
  return execFileSync(command, args, {
    cwd,
    input,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
    timeout: 180_000,
    // Files made twice are to be the same, as far as their writers let them.
    env: {
      ...process.env,
      SOURCE_DATE_EPOCH: '1700000000',
      TZ: 'UTC',
      LC_ALL: 'C.UTF-8',
      QT_QPA_PLATFORM: 'offscreen',
    },
  });
}

/** Little-endian numbers and Latin-1 text, one after the other: `bytes('RIFF', u32(12))`. */
export const bytes = (...parts) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
export const u16 = (value) => Buffer.from([value & 255, (value >> 8) & 255]);
export const u32 = (value) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
};
export const be16 = (value) => Buffer.from([(value >> 8) & 255, value & 255]);
export const be32 = (value) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
};

/** CRC-32 as in zip. */
export function crc32(data) {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** CRC-16 (ARC), as in lha and arc. */
export function crc16(data) {
  let crc = 0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xa001 : 0);
  }
  return crc;
}
