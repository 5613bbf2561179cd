/**
 * Whether a file ends where its format says: what a converter that was killed, or a disk that was full, left behind looks
 * right at the front. Reads the head, the tail and a few lengths in between, never the whole. Where a format does not
 * tell, nothing is said.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { formatOfBytes } from './magic.ts';

/** An end of a zip may stand that far from the end of the file, behind a comment. */
const tailBytes = 65_557;
const headBytes = 8192;

interface Ends {
  readonly size: number;
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly read: (offset: number, length: number) => Promise<Buffer>;
}

/** Undefined when it may be whole, else what is missing, in words. `format`: canonical, by its name. */
export async function missingEnd(path: string, format: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const read = (offset: number, length: number): Promise<Buffer> => readAt(file, offset, length);
    const head = await read(0, Math.min(size, headBytes));
    const tail = await read(Math.max(0, size - tailBytes), Math.min(size, tailBytes));
    const found = format === '' || !isWeak(head) ? (formatOfBytes(head) ?? format) : format;
    // SVG is text like any other.
    const check = checks[found === 'txt' ? format : found] ?? (isZip(head) ? checkZip : undefined);
    return await check?.({ size, head, tail, read });
  } finally {
    await file.close();
  }
}

/** The mark of TrueType, which is also how many a raw picture begins: an AAI of 256 pixels across. Its name decides. */
const isWeak = (head: Buffer): boolean => head.toString('latin1', 0, 5) === '\0\x01\0\0\0';

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

type Answer = string | undefined;
type Check = (ends: Ends) => Answer | Promise<Answer>;

const isZip = (head: Buffer): boolean => head.toString('latin1', 0, 2) === 'PK';

const checkZip: Check = ({ tail }) =>
  unless(tail.includes('PK\x05\x06', 0, 'latin1'), 'its table of contents');

const unless = (isThere: boolean, what: string): Answer => (isThere ? undefined : `${what} is missing`);

/** Bytes that the file says it has. */
const atLeast = (size: number, said: number): Answer =>
  size >= said
    ? undefined
    : `it should have ${said.toLocaleString('en-US')} bytes and has ${size.toLocaleString('en-US')}`;

const endsWith =
  (mark: string, within: number, what: string): Check =>
  ({ tail }) =>
    unless(tail.subarray(Math.max(0, tail.length - within)).includes(mark, 0, 'latin1'), what);

/** Streams to a pipe do not know it. */
const openEnded: ReadonlySet<number> = new Set([0, 0xffff_ffff]);

const checkRiff: Check = ({ head, size }) => {
  if (head.length < 8 || head.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  const said = head.readUInt32LE(4);
  return openEnded.has(said) ? undefined : atLeast(size, said + 8);
};

/** Boxes, one after the other, each with its length in front. */
const checkBoxes: Check = async ({ size, read }) => {
  let at = 0;
  let hasIndex = false;
  for (let boxes = 0; at < size && boxes < 100_000; boxes += 1) {
    const header = await read(at, 16);
    if (header.length < 8) return 'it ends in the middle of a box';
    const type = header.toString('latin1', 4, 8);
    hasIndex ||= type === 'moov' || type === 'meta';
    const short = header.readUInt32BE(0);
    // 0: to the end of the file.
    if (short === 0) break;
    const length = short === 1 && header.length === 16 ? Number(header.readBigUInt64BE(8)) : short;
    if (length < 8) return `a box of ${length} bytes cannot be`;
    at += length;
  }
  return atLeast(size, at) ?? unless(hasIndex, 'its index');
};

const checkOgg: Check = ({ tail }) => {
  const page = tail.lastIndexOf('OggS', undefined, 'latin1');
  if (page < 0 || page + 27 > tail.length) return 'it ends in the middle of a page';
  const segments = tail[page + 26] ?? 0;
  const lengths = tail.subarray(page + 27, page + 27 + segments);
  const end = page + 27 + segments + lengths.reduce((sum, length) => sum + length, 0);
  return unless(lengths.length === segments && end <= tail.length, 'the end of its last page');
};

/** EBML: a header, then one segment; an unknown length has all bits set. */
const checkMatroska: Check = ({ head, size }) => {
  const header = elementEnd(head, 0);
  const segment = header === undefined ? undefined : elementEnd(head, header);
  return segment === undefined ? undefined : atLeast(size, segment);
};

function elementEnd(bytes: Buffer, at: number): number | undefined {
  const id = vintLength(bytes[at]);
  const width = vintLength(bytes[at + id]);
  if (id === 0 || width === 0 || at + id + width > bytes.length) return undefined;
  let value = (bytes[at + id] ?? 0) & (0xff >> width);
  let isOpen = value === 0xff >> width;
  for (const byte of bytes.subarray(at + id + 1, at + id + width)) {
    value = value * 256 + byte;
    isOpen &&= byte === 0xff;
  }
  return isOpen ? undefined : at + id + width + value;
}

const vintLength = (first: number | undefined): number =>
  first === undefined || first === 0 ? 0 : Math.clz32(first) - 23;

/** The list of its tags, what they point to, and the last strip or tile of its first page. */
const checkTiff: Check = async ({ head, size, read }) => {
  if (head.length < 8) return 'its header is missing';
  const isLittle = head[0] === 0x49;
  const number = (bytes: Buffer, at: number, width: number): number =>
    isLittle ? bytes.readUIntLE(at, width) : bytes.readUIntBE(at, width);
  const first = number(head, 4, 4);
  const count = await read(first, 2);
  if (count.length < 2) return 'its list of tags is missing';
  const tags = await read(first + 2, 12 * number(count, 0, 2));
  const last = new Map<number, number>();
  for (let at = 0; at + 12 <= tags.length; at += 12) {
    const width = tiffWidths[number(tags, at + 2, 2)] ?? 1;
    const values = number(tags, at + 4, 4);
    const place = values * width <= 4 ? first + 2 + at + 8 : number(tags, at + 8, 4);
    const short = atLeast(size, place + values * width);
    if (short !== undefined) return short;
    if (values > 0 && (width === 2 || width === 4))
      last.set(number(tags, at, 2), number(await read(place + (values - 1) * width, width), 0, width));
  }
  const end = (offset: number, length: number): number => (last.get(offset) ?? 0) + (last.get(length) ?? 0);
  return atLeast(size, Math.max(end(273, 279), end(324, 325)));
};

/** Bytes of a value, by its type. */
const tiffWidths: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 4, 5: 8, 9: 4, 10: 8, 11: 4, 12: 8 };

/** Offsets and lengths of the tables of a font. */
const checkFont: Check = ({ head, size }) => {
  const tables = head.length < 12 ? 0 : head.readUInt16BE(4);
  for (let table = 0; table < tables && 28 + 16 * table <= head.length; table += 1) {
    const at = 12 + 16 * table;
    const short = atLeast(size, head.readUInt32BE(at + 8) + head.readUInt32BE(at + 12));
    if (short !== undefined) return short;
  }
  return undefined;
};

const checkIcon: Check = ({ head, size }) => {
  const pictures = head.length < 6 ? 0 : head.readUInt16LE(4);
  for (let picture = 0; picture < pictures && 22 + 16 * picture <= head.length; picture += 1) {
    const at = 6 + 16 * picture;
    const short = atLeast(size, head.readUInt32LE(at + 8) + head.readUInt32LE(at + 12));
    if (short !== undefined) return short;
  }
  return undefined;
};

const saidAt =
  (offset: number, read: (head: Buffer, offset: number) => number): Check =>
  ({ head, size }) =>
    head.length < offset + 4 ? 'its header is missing' : atLeast(size, read(head, offset));

const bigEndian = (head: Buffer, offset: number): number => head.readUInt32BE(offset);
const littleEndian = (head: Buffer, offset: number): number => head.readUInt32LE(offset);

const checkSevenZip: Check = ({ head, size }) =>
  head.length < 32
    ? 'its header is missing'
    : atLeast(size, 32 + Number(head.readBigUInt64LE(12) + head.readBigUInt64LE(20)));

/** By what the content shows, or by name where the content is text. */
const checks: Readonly<Record<string, Check>> = {
  pdf: endsWith('%%EOF', 2048, 'its end (%%EOF)'),
  png: endsWith('IEND', 4096, 'its end (IEND)'),
  jpg: endsWith('\xff\xd9', 4096, 'its end (EOI)'),
  gif: ({ tail }) => unless(lastByte(tail) === 0x3b, 'its trailer'),
  webp: checkRiff,
  wav: checkRiff,
  avi: checkRiff,
  mp4: checkBoxes,
  avif: checkBoxes,
  heic: checkBoxes,
  ogg: checkOgg,
  mkv: checkMatroska,
  tiff: checkTiff,
  bmp: saidAt(2, littleEndian),
  ico: checkIcon,
  ttf: checkFont,
  otf: checkFont,
  woff: saidAt(8, bigEndian),
  woff2: saidAt(8, bigEndian),
  '7z': checkSevenZip,
  xz: endsWith('YZ', 2, 'its footer'),
  tar: ({ size }) => unless(size % 512 === 0, 'the end of its last block'),
  rtf: ({ tail }) => unless(lastByte(tail) === 0x7d, 'its last brace'),
  svg: ({ tail }) => unless(/<\/(\w+:)?svg\s*>|\/>\s*$/.test(tail.toString('latin1')), 'its last tag'),
};

/** Leaving out what some programs pad files with. */
function lastByte(tail: Buffer): number | undefined {
  return tail.findLast((byte) => byte !== 0 && byte !== 0x0a && byte !== 0x0d && byte !== 0x20);
}
