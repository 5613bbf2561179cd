/**
 * One file of a log, read back: its records, and how much of it is whole. It tells what a crash has torn, which nobody
 * was promised, from damage to what was promised.
 */
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { StartError } from './start-error.ts';

export interface SegmentReading {
  /** Only the last one was being written when the process ended. */
  readonly isLast: boolean;
  readonly onRecord: (text: string) => void;
}

/** Gives the bytes that are whole; what follows them is to be cut off. */
export async function readSegment(file: string, { isLast, onRecord }: SegmentReading): Promise<number> {
  const bytes = await readFile(file);
  let at = 0;
  while (at < bytes.length) {
    const record = recordAt(bytes, at);
    if (record === undefined) {
      if (!isLast || isPromised(bytes, at)) throw new StartError(damageText(file, at));
      return at;
    }
    onRecord(record.text);
    at = record.end;
  }
  return at;
}

interface LogRecord {
  readonly text: string;
  /** Bytes of the segment that were on the disk before it was written. */
  readonly syncedBytes: number;
  readonly end: number;
}

const lineBreak = 0x0a;
const space = 0x20;
const crcLength = 8;

function recordAt(bytes: Buffer, start: number): LogRecord | undefined {
  const lineEnd = bytes.indexOf(lineBreak, start);
  if (lineEnd < start + crcLength + 1 || bytes[start + crcLength] !== space) return undefined;
  const checked = bytes.subarray(start + crcLength + 1, lineEnd);
  const given = bytes.toString('latin1', start, start + crcLength);
  if (crc32(checked).toString(16).padStart(crcLength, '0') !== given) return undefined;
  const text = checked.toString();
  const end = text.indexOf(' ');
  return { text: text.slice(end + 1), syncedBytes: Number(text.slice(0, end)), end: lineEnd + 1 };
}

/**
 * Whether what does not read at this offset had been acknowledged: somebody wrote behind it. Records of one write may
 * reach the disk in any order, though; then a page between them is still empty.
 */
function isPromised(bytes: Buffer, damagedAt: number): boolean {
  let isFirst = true;
  let at = damagedAt + 1;
  while (at < bytes.length) {
    // The line break before it may be what is damaged: so it is looked for at every place.
    const record = looksLikeRecord(bytes, at) ? recordAt(bytes, at) : undefined;
    if (record === undefined) {
      at += 1;
      continue;
    }
    if (record.syncedBytes > damagedAt) return true;
    if (isFirst && !bytes.subarray(damagedAt, at).includes(0)) return true;
    isFirst = false;
    at = record.end;
  }
  return false;
}

/** A space after its CRC, and a digit after that: what costs more to look at is looked at only then. */
function looksLikeRecord(bytes: Buffer, at: number): boolean {
  const digit = bytes[at + crcLength + 1] ?? 0;
  return bytes[at + crcLength] === space && digit >= 0x30 && digit <= 0x39;
}

const damageText = (file: string, at: number): string =>
  `${file} is damaged at byte ${at}: a record that was written completely does not read. Restore the file from a backup, or move it away: the jobs in it are lost then.`;
