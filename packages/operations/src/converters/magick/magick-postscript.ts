/**
 * What ImageMagick leaves out of the PostScript it writes: pages as large as their pictures, and a title that is the name
 * of the file. Works on the comments between the pages; image data passes untouched. Pure.
 */
const pageStart = '%%PageBoundingBox: ';

export function finishedPostScript(
  bytes: Uint8Array,
  about: { readonly name: string; readonly to: string },
): Buffer {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const titled = withTitle(source, about.name);
  return about.to === 'ps' ? withPageSizes(titled) : titled;
}

function withTitle(source: Buffer, name: string): Buffer {
  const start = source.indexOf('%%Title: ');
  if (start < 0) return source;
  const end = source.indexOf('\n', start);
  // Printable ASCII is all that a comment may hold.
  const title = Buffer.from(`%%Title: ${name.replaceAll(/[^ -~]/gu, '_').slice(0, 200)}`, 'latin1');
  return Buffer.concat([source.subarray(0, start), title, source.subarray(end)]);
}

/** `%%PageBoundingBox: 0 0 160 120` → `<< /PageSize [160 120] >> setpagedevice` in front of the page's drawing. */
function withPageSizes(source: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = nextPage(source, 0); at >= 0; at = nextPage(source, from)) {
    const end = source.indexOf('\n', at) + 1;
    const [, , width, height] = source
      .toString('latin1', at + pageStart.length, end)
      .trim()
      .split(' ');
    parts.push(source.subarray(from, end));
    parts.push(Buffer.from(`<< /PageSize [${Number(width)} ${Number(height)}] >> setpagedevice\n`));
    from = end;
  }
  parts.push(source.subarray(from));
  return Buffer.concat(parts);
}

/** Compressed data may by chance hold the same bytes: a page's comment stands behind `%%Page:` alone. */
function nextPage(source: Buffer, from: number): number {
  const page = source.indexOf('\n%%Page:', from);
  return page < 0 ? -1 : source.indexOf(pageStart, page);
}
