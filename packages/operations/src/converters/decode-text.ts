/**
 * Bytes of a text file → text. Byte order marks are obeyed and dropped, HTML may name its encoding, UTF-8 is assumed,
 * and what is no UTF-8 is read as Windows-1252, as browsers do. Line ends become `\n`.
 */
import { ConversionError } from '../host/protocol.ts';

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
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function decodeAs(bytes: Uint8Array, encoding: string, name: string): string {
  try {
    return new TextDecoder(encoding).decode(bytes);
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
