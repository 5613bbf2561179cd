/** `Content-Disposition` of an answer: `attachment; filename="report.pdf"` (RFC 6266). Pure. */
import type { DispositionType } from './download-url.ts';

/** `name` is well-formed. Names that a quoted text cannot carry for every client get a plain one, and the true one beside it (RFC 8187). */
export function contentDisposition(type: DispositionType, name: string): string {
  const plain = name.replaceAll(/[^ -~]/gu, '_').replaceAll(/["\\%]/g, '_');
  const quoted = `${type}; filename="${plain}"`;
  return plain === name ? quoted : `${quoted}; filename*=UTF-8''${percentEncoded(name)}`;
}

/** More than `encodeURIComponent` does: `'()*` are not allowed there. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
