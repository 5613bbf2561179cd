/**
 * Makes an SVG safe to draw: unpacked, decoded, its entities put in place, its prolog gone, and refused when it would
 * load anything from outside. What is scanned is, byte for byte, what the renderer gets: no encoding or entity can
 * show one thing here and another there. It draws nothing.
 */
import { gunzipSync } from 'node:zlib';
import { ConversionError } from '../../host/protocol.ts';
import { externalReference } from './svg-references.ts';

/** Drawings are small; text this long takes gigabytes to lay out. */
const maxSvgBytes: number = 16 * 2 ** 20;

/** True for XML and for gzip, in which an SVG may hide under any file name. */
export function looksLikeSvg(head: Buffer): boolean {
  if (head[0] === 0x1f && head[1] === 0x8b) return true;
  const text = head.toString('latin1').replaceAll('\0', '');
  return /^(?:\u00EF\u00BB\u00BF|\u00FF\u00FE|\u00FE\u00FF)?\s*</u.test(text);
}

/** UTF-8 without prolog. Throws a `ConversionError` with the reason when it is broken or reaches outside. */
export function prepareSvg(bytes: Buffer, name: string): Buffer {
  const text = decode(unpacked(bytes, name), name);
  const { entities, root } = splitProlog(text, name);
  const svg = expandEntities(root, { entities, name });
  const found = externalReference(svg);
  if (found !== undefined) throw outside(name, `"${shortened(found.reference)}" (in ${found.where})`);
  return Buffer.from(svg);
}

function unpacked(bytes: Buffer, name: string): Buffer {
  if (bytes.length > maxSvgBytes) throw tooLarge(name);
  if (bytes[0] !== 0x1f) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxSvgBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(name);
    throw new ConversionError('bad-input', `"${name}" is a damaged gzip file and cannot be unpacked.`);
  }
}

function decode(bytes: Buffer, name: string): string {
  const byteOrderMark = bytes.subarray(0, 2).toString('hex');
  const declared = /^(?:\u00EF\u00BB\u00BF)?\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']/u.exec(
    bytes.subarray(0, 256).toString('latin1'),
  );
  const marked = byteOrderMark === 'fffe' ? 'utf-16le' : byteOrderMark === 'feff' ? 'utf-16be' : undefined;
  const encoding = marked ?? declared?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new ConversionError(
      'bad-input',
      `"${name}" is not text in the encoding ${encoding}.`,
      'Save the drawing as UTF-8.',
    );
  }
}

/** The document type is dropped: all it can still do is point outside, or define entities, which are collected. */
function splitProlog(text: string, name: string): { entities: ReadonlyMap<string, string>; root: string } {
  let root = afterComments(text, name);
  let entities: ReadonlyMap<string, string> = new Map();
  if (/^<!DOCTYPE/iu.test(root)) {
    const doctype = /^<!DOCTYPE\s+[\w:.-]+\s*([^[>]*)(?:\[([\s\S]*?)\]\s*)?>/iu.exec(root);
    if (doctype === null)
      throw new ConversionError('bad-input', `"${name}" has a <!DOCTYPE> that does not end.`);
    const system = /["']((?:\w+:|\/|\.)[^"']*)["']\s*$/u.exec(doctype[1]?.trim() ?? '')?.[1] ?? '';
    if (system !== '' && !/^https?:\/\/www\.w3\.org\//u.test(system)) {
      throw outside(name, `"${shortened(system)}" (in its <!DOCTYPE>)`);
    }
    entities = declaredEntities(doctype[2] ?? '', name);
    root = afterComments(root.slice(doctype[0].length), name);
  }
  if (!/^<(?:[\w.-]+:)?svg[\s>/]/u.test(root)) {
    throw new ConversionError(
      'bad-input',
      `"${name}" is not an SVG: it does not begin with an <svg> element.`,
    );
  }
  return { entities, root };
}

function afterComments(text: string, name: string): string {
  let rest = text.trimStart();
  for (;;) {
    const close = rest.startsWith('<!--') ? '-->' : rest.startsWith('<?') ? '?>' : undefined;
    if (close === undefined) return rest;
    const end = rest.indexOf(close);
    if (end === -1) throw new ConversionError('bad-input', `"${name}" is cut off before its <svg> element.`);
    const found = externalReference(rest.slice(0, end + close.length));
    if (found !== undefined) throw outside(name, `"${shortened(found.reference)}" (in ${found.where})`);
    rest = rest.slice(end + close.length).trimStart();
  }
}

function declaredEntities(subset: string, name: string): ReadonlyMap<string, string> {
  const declarations = subset.replaceAll(/<!--[\s\S]*?-->/gu, '');
  const external = /<!ENTITY\s+(?:%\s+)?[\w:.-]+\s+(?:SYSTEM|PUBLIC)\s[^>]*?["']([^"']*)["']\s*>/u.exec(
    declarations,
  );
  if (external !== null) throw outside(name, `"${shortened(external[1] ?? '')}" (in an <!ENTITY>)`);
  const entities = new Map<string, string>();
  for (const [, entity = '', quoted = ''] of declarations.matchAll(
    /<!ENTITY\s+([\w:.-]+)\s+("[^"]*"|'[^']*')\s*>/gu,
  )) {
    if (!entities.has(entity)) entities.set(entity, quoted.slice(1, -1));
  }
  return entities;
}

function expandEntities(
  root: string,
  from: { readonly entities: ReadonlyMap<string, string>; readonly name: string },
): string {
  if (from.entities.size === 0) return root;
  let text = root;
  for (let depth = 0; depth < 8; depth += 1) {
    let sizeBytes = text.length;
    const next = text.replaceAll(/&([\w:.-]+);/gu, (reference, entity: string) => {
      const value = from.entities.get(entity) ?? reference;
      sizeBytes += value.length - reference.length;
      if (sizeBytes > maxSvgBytes) throw tooLarge(from.name);
      return value;
    });
    if (next === text) return text;
    text = next;
  }
  throw new ConversionError('bad-input', `"${from.name}" has entities that refer to each other without end.`);
}

function outside(name: string, what: string): ConversionError {
  return new ConversionError(
    'refused',
    `"${name}" refers to ${what}; a drawing may not load anything from outside of itself.`,
    'Embed what it needs as a data: URI, or remove the reference.',
  );
}

function tooLarge(name: string): ConversionError {
  return new ConversionError(
    'too-large',
    `"${name}" holds more than ${maxSvgBytes / 2 ** 20} MiB of SVG text.`,
    'Simplify the drawing, or take embedded pictures out of it.',
  );
}

const shortened = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);
