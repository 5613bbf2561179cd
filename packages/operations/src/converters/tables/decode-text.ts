/**
 * Bytes of a text file → text. Byte order marks are obeyed and dropped, HTML may name its encoding, UTF-8 is assumed,
 * and what is no UTF-8 is read as Windows-1252, as browsers do. Line ends become `\n`.
 */
import { ConversionError } from '../../host/protocol.ts';

export function decodeText(
  bytes: Uint8Array,
  about: { readonly name: string; readonly format: string; readonly encoding?: string },
): string {
  const text = decode(bytes, about).replaceAll(/\r\n?/g, '\n');
  if (!text.includes('\0')) return text;
  throw new ConversionError(
    'bad-input',
    `${JSON.stringify(about.name)} is not text: it has zero bytes in it`,
    'Check that the file is what its name says.',
  );
}

function decode(
  bytes: Uint8Array,
  about: { readonly name: string; readonly format: string; readonly encoding?: string },
): string {
  const named =
    about.encoding ?? markedEncoding(bytes) ?? (about.format === 'html' ? htmlEncoding(bytes) : undefined);
  if (named !== undefined) return decodeAs(bytes, named, about.name);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeWindows1252(bytes);
  }
}

function decodeAs(bytes: Uint8Array, encoding: string, name: string): string {
  try {
    const decoder = new TextDecoder(encoding);
    return decoder.encoding === 'windows-1252' ? decodeWindows1252(bytes) : decoder.decode(bytes);
  } catch {
    throw new ConversionError(
      'bad-input',
      `${JSON.stringify(name)} cannot be read: there is no character encoding ${JSON.stringify(encoding)}`,
      'Use a name such as utf-8, utf-16le, windows-1252 or shift_jis.',
    );
  }
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** `<meta charset>` or its older form, which must stand in the first 1024 bytes. */
function htmlEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  const name = /<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1];
  if (name === undefined || /^utf-?16/i.test(name)) return undefined;
  return isEncoding(name) ? name : undefined;
}

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

/** 0x80 to 0x9f; Node 20's own decoder leaves them as control characters. */
const windows1252 =
  '\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F' +
  '\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178';

function decodeWindows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replaceAll(
    /[\x80-\x9F]/g,
    (character) => windows1252[character.charCodeAt(0) - 0x80] ?? character,
  );
}
