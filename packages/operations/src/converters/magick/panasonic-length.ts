/**
 * How long a raw photo in Panasonic's packed layout has to be (RW2, Leica's RWL): its reader takes what is missing for
 * zeros without a word. Inside a host.
 */
import type { Lengths } from './picture-length.ts';

/** Fourteen places of the sensor in sixteen bytes at most; newer cameras put fewer into them. */
const groupPlaces = 14;
const groupBytes = 16;
/** Of a block, the bytes behind this place come first in the file. */
const blockBytes = 0x4000;
const blockSplit = 0x2008;

/** Entries of its directory. */
const tags = { columns: 2, rows: 3, layout: 0x2d, data: 0x118 } as const;
/** The last layout in such blocks, and the last of groups: what follows packs places by their values. */
const blockLayout = 4;
const groupLayout = 7;

export function panasonicLengths(file: Buffer): Lengths {
  if (file.length < 8 || file.toString('latin1', 0, 4) !== 'IIU\0') return undefined;
  const entries = directory(file, file.readUInt32LE(4));
  const data = entries.get(tags.data);
  const layout = entries.get(tags.layout) ?? blockLayout;
  if (data === undefined || layout > groupLayout) return undefined;
  const places = (entries.get(tags.columns) ?? 0) * (entries.get(tags.rows) ?? 0);
  const packed = Math.floor(places / groupPlaces) * groupBytes;
  return { has: file.length, needs: data + (layout > blockLayout ? packed : inBlocks(packed)) };
}

function inBlocks(bytes: number): number {
  const rest = bytes % blockBytes;
  if (rest === 0) return bytes;
  return bytes - rest + (rest > blockSplit ? blockBytes : blockBytes - blockSplit + rest);
}

/** Values by tag, of those that stand in the directory itself. */
function directory(file: Buffer, place: number): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  if (place + 2 > file.length) return values;
  const end = Math.min(place + 2 + file.readUInt16LE(place) * 12, file.length);
  for (let at = place + 2; at + 12 <= end; at += 12) {
    const isShort = file.readUInt16LE(at + 2) === 3;
    values.set(file.readUInt16LE(at), isShort ? file.readUInt16LE(at + 8) : file.readUInt32LE(at + 8));
  }
  return values;
}
