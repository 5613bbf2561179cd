// Writers of archive formats that no free program writes; members are stored as they are, not packed.
import { be32, bytes, crc16, crc32, u16, u32 } from './kit.mjs';

export function ar(files) {
  const member = ({ name, data }) =>
    bytes(
      `${name}/`.padEnd(16),
      '1700000000'.padEnd(12),
      '0'.padEnd(6),
      '0'.padEnd(6),
      '100644'.padEnd(8),
      String(data.length).padEnd(10),
      '`\n',
      data,
      data.length % 2 ? '\n' : '',
    );
  return bytes('!<arch>\n', ...files.map(member));
}

/** Level 0, method -lh0-: header size, its sum, method, sizes, time, attribute, level, name, CRC. */
export function lha(files) {
  const member = ({ name, data }) => {
    const rest = bytes(
      '-lh0-',
      u32(data.length),
      u32(data.length),
      u32(0x576e0000),
      [0x20, 0, name.length],
      name,
      u16(crc16(data)),
    );
    return bytes([rest.length, rest.reduce((sum, byte) => sum + byte, 0) & 255], rest, data);
  };
  return bytes(...files.map(member), [0]);
}

/** Method 2, not packed: mark, method, name, sizes, date, time, CRC. */
export function arc(files) {
  const member = ({ name, data }) =>
    bytes(
      [0x1a, 2],
      name.padEnd(13, '\0'),
      u32(data.length),
      u16(0x576e),
      u16(0),
      u16(crc16(data)),
      u32(data.length),
      data,
    );
  return bytes(...files.map(member), [0x1a, 0]);
}

/** Sizes in four bytes each (0x40), method 0. */
export function alz(files) {
  const member = ({ name, data }) =>
    bytes(
      'BLZ\x01',
      u16(name.length),
      [0x20],
      u32(0x576e0000),
      [0x40, 0],
      [0, 0],
      u32(crc32(data)),
      u32(data.length),
      u32(data.length),
      name,
      data,
    );
  return bytes('ALZ\x01', u32(0), ...files.map(member), 'CLZ\x01', u32(0), u32(0), 'CLZ\x02');
}

/** RAR 4, method 0x30: not packed. Every header: the lower half of its CRC-32, type, flags, size. */
export function rar(files) {
  const header = (type, flags, ...parts) => {
    const body = bytes(...parts);
    const rest = bytes([type], u16(flags), u16(body.length + 7), body);
    return bytes(u16(crc32(rest) & 0xffff), rest);
  };
  const member = ({ name, data }) =>
    bytes(
      header(
        0x74,
        0x8000,
        u32(data.length),
        u32(data.length),
        [3],
        u32(crc32(data)),
        u32(0x576e0000),
        [20, 0x30],
        u16(name.length),
        u32(0o100644),
        name,
      ),
      data,
    );
  return bytes(
    'Rar!\x1a\x07\0',
    header(0x73, 0, Buffer.alloc(6)),
    ...files.map(member),
    header(0x7b, 0x4000),
  );
}

/** The image as one raw run, a property list that says so, and the trailer of 512 bytes. */
export function dmg(image) {
  const sectors = image.length / 512;
  const be64 = (value) => bytes(be32(0), be32(value));
  const run = (type, from, count) =>
    bytes(be32(type), be32(0), be64(from), be64(count), be64(0), be64(type === 1 ? count * 512 : 0));
  const noSum = bytes(be32(0), be32(0), Buffer.alloc(128));
  const table = bytes(
    'mish',
    be32(1),
    be64(0),
    be64(sectors),
    be64(0),
    be32(0),
    be32(0),
    Buffer.alloc(24),
    noSum,
    be32(2),
    run(1, 0, sectors),
    run(0xffffffff, sectors, 0),
  );
  const list = `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>resource-fork</key><dict><key>blkx</key><array><dict><key>Attributes</key><string>0x0050</string><key>CFName</key><string>disk.fat</string><key>Data</key><data>${table.toString('base64')}</data><key>ID</key><string>0</string><key>Name</key><string>disk.fat</string></dict></array></dict></dict></plist>\n`;
  const trailer = bytes(
    'koly', be32(4), be32(512), be32(1), be64(0), be64(0), be64(image.length), be64(0), be64(0), be32(1), be32(1), Buffer.alloc(16), noSum,
    be64(image.length), be64(list.length), Buffer.alloc(120), noSum, be32(1), be64(sectors), Buffer.alloc(12),
  ); // prettier-ignore
  return bytes(image, list, trailer);
}
