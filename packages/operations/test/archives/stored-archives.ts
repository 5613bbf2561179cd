/** Archives written byte by byte, with nothing packed: of kinds that no free program makes, or none in Debian. */
import path from 'node:path';
import { crc32 } from 'node:zlib';

/** What is in the archives. */
export const files: Readonly<Record<string, string>> = {
  'a.txt': 'hello\n',
  'sub/b.txt': 'world '.repeat(200),
};

/** One folder of stored data. Format: MS-CAB. */
export function cab(): Buffer {
  const entries = Object.entries(files).map(([name, text]) => ({
    name: name.replaceAll('/', '\\'),
    bytes: Buffer.from(text),
  }));
  const data = Buffer.concat(entries.map(({ bytes }) => bytes));
  const list = entries.map(({ name, bytes }, index) => {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(bytes.length, 0);
    head.writeUInt32LE(
      entries.slice(0, index).reduce((sum, entry) => sum + entry.bytes.length, 0),
      4,
    );
    head.writeUInt16LE(0x5a21, 10);
    return Buffer.concat([head, Buffer.from(`${name}\0`)]);
  });
  const filesAt = 36 + 8;
  const dataAt = filesAt + list.reduce((sum, entry) => sum + entry.length, 0);
  const header = Buffer.alloc(36);
  header.write('MSCF', 0, 'latin1');
  header.writeUInt32LE(dataAt + 8 + data.length, 8);
  header.writeUInt32LE(filesAt, 16);
  header.writeUInt16LE(0x0103, 24);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(entries.length, 28);
  const dir = Buffer.alloc(8);
  dir.writeUInt32LE(dataAt, 0);
  dir.writeUInt16LE(1, 4);
  const block = Buffer.alloc(8);
  block.writeUInt16LE(data.length, 4);
  block.writeUInt16LE(data.length, 6);
  return Buffer.concat([header, dir, ...list, block, data]);
}

/** A disk image in Apple's UDIF: sectors as they are, told by a property list, found by the block at the end. */
export function dmg(image: Buffer): Buffer {
  const disk = Buffer.concat([image, Buffer.alloc((512 - (image.length % 512)) % 512)]);
  const sectors = disk.length / 512;
  const table = Buffer.alloc(204 + 80);
  table.write('mish', 0, 'latin1');
  table.writeUInt32BE(1, 4);
  table.writeBigUInt64BE(BigInt(sectors), 16);
  table.writeUInt32BE(2, 200);
  // A raw run, then the end.
  table.writeUInt32BE(1, 204);
  table.writeBigUInt64BE(BigInt(sectors), 204 + 16);
  table.writeBigUInt64BE(BigInt(disk.length), 204 + 32);
  table.writeUInt32BE(0xffffffff, 244);
  table.writeBigUInt64BE(BigInt(sectors), 244 + 8);
  const plist = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>resource-fork</key><dict><key>blkx</key><array><dict><key>Attributes</key><string>0x0050</string><key>Data</key><data>${table.toString('base64')}</data><key>ID</key><string>0</string><key>Name</key><string>disk</string></dict></array></dict></dict></plist>`,
  );
  const trailer = Buffer.alloc(512);
  trailer.write('koly', 0, 'latin1');
  trailer.writeUInt32BE(4, 4);
  trailer.writeUInt32BE(512, 8);
  trailer.writeUInt32BE(1, 12);
  trailer.writeBigUInt64BE(BigInt(disk.length), 32);
  trailer.writeUInt32BE(1, 56);
  trailer.writeUInt32BE(1, 60);
  trailer.writeBigUInt64BE(BigInt(disk.length), 216);
  trailer.writeBigUInt64BE(BigInt(plist.length), 224);
  trailer.writeUInt32BE(1, 488);
  trailer.writeBigUInt64BE(BigInt(sectors), 492);
  return Buffer.concat([disk, plist, trailer]);
}

/** CRC-16/ARC. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** Headers of level 0, method -lh0-. */
export function lha(): Buffer {
  const entries = Object.entries(files).map(([name, text]) => {
    const bytes = Buffer.from(text);
    const stored = Buffer.from(name.replaceAll('/', '\\'));
    const body = Buffer.alloc(20 + stored.length + 2);
    body.write('-lh0-', 0, 'latin1');
    body.writeUInt32LE(bytes.length, 5);
    body.writeUInt32LE(bytes.length, 9);
    body.writeUInt32LE(0x5a210000, 13);
    body[17] = 0x20;
    body[18] = 0;
    body[19] = stored.length;
    stored.copy(body, 20);
    body.writeUInt16LE(crc16(bytes), 20 + stored.length);
    const sum = body.reduce((total, byte) => (total + byte) & 0xff, 0);
    return Buffer.concat([Buffer.from([body.length, sum]), body, bytes]);
  });
  return Buffer.concat([...entries, Buffer.from([0])]);
}

/** RAR 5, stored. Format: rarlab's technote. */
export function rar(content: Readonly<Record<string, string>> = files): Buffer {
  const entries = Object.entries(content).map(([name, text]) => {
    const bytes = Buffer.from(text);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(bytes));
    const head = block(
      [2, 2, ...vint(bytes.length), 4, ...vint(bytes.length), ...vint(0o100644)],
      [sum, [0, 1, ...vint(Buffer.byteLength(name))], Buffer.from(name)],
    );
    return Buffer.concat([head, bytes]);
  });
  return Buffer.concat([
    Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'),
    block([1, 0, 0]),
    ...entries,
    block([5, 0, 0]),
  ]);
}

const block = (fields: readonly number[], more: readonly (Buffer | number[])[] = []): Buffer => {
  const body = Buffer.concat([Buffer.from(fields), ...more.map((part) => Buffer.from(part))]);
  const sized = Buffer.concat([Buffer.from(vint(body.length)), body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(sized));
  return Buffer.concat([sum, sized]);
};

function vint(value: number): number[] {
  const low = value & 0x7f;
  return value < 128 ? [low] : [low | 0x80, ...vint(value >> 7)];
}

/** Folders are not known to it. */
export function arc(): Buffer {
  const entries = Object.entries(files).map(([name, text]) => {
    const bytes = Buffer.from(text);
    const head = Buffer.alloc(29);
    head[0] = 0x1a;
    head[1] = 2;
    head.write(path.basename(name), 2, 'latin1');
    head.writeUInt32LE(bytes.length, 15);
    head.writeUInt16LE(0x5a21, 19);
    head.writeUInt16LE(crc16(bytes), 23);
    head.writeUInt32LE(bytes.length, 25);
    return Buffer.concat([head, bytes]);
  });
  return Buffer.concat([...entries, Buffer.from([0x1a, 0])]);
}

export function alz(): Buffer {
  const entries = Object.entries(files).map(([name, text]) => {
    const bytes = Buffer.from(text);
    const stored = Buffer.from(name.replaceAll('/', '\\'));
    const head = Buffer.alloc(4 + 9 + 6 + 8);
    head.write('BLZ\x01', 0, 'latin1');
    head.writeUInt16LE(stored.length, 4);
    head[6] = 0x20;
    head.writeUInt32LE(0x5a210000, 7);
    // Sizes of four bytes.
    head[11] = 0x40;
    head[13] = 0;
    head.writeUInt32LE(crc32(bytes), 15);
    head.writeUInt32LE(bytes.length, 19);
    head.writeUInt32LE(bytes.length, 23);
    return Buffer.concat([head, stored, bytes]);
  });
  const end = Buffer.from('CLZ\x01\0\0\0\0\0\0\0\0CLZ\x02', 'latin1');
  return Buffer.concat([Buffer.from('ALZ\x01\x0a\0\0\0', 'latin1'), ...entries, end]);
}
