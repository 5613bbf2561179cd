/** The Typst source of a PDF that is nothing but pictures, one a page; copies them beside it. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ConversionError } from '../../host/protocol.ts';
import { formatOfBytes } from '../../files/magic.ts';
import { pixelSize } from './picture-size.ts';
import { refuseOutside } from '../reference-policy.ts';
import type { DocumentPlace } from '../reference-policy.ts';
import { markupReferences } from '../references.ts';

/** Beyond this, PDF viewers show nothing. */
const maxPagePt = 14_400;

export async function pictureSource(
  pictures: readonly string[],
  about: {
    readonly request: { readonly rootDir: string; readonly place: DocumentPlace };
    readonly density: unknown;
  },
): Promise<string> {
  const pages: string[] = [];
  for (const [index, picture] of pictures.entries()) {
    const bytes = await readFile(picture);
    const found = formatOfBytes(bytes.subarray(0, 8192));
    const name = `picture-${index + 1}.${found === undefined || found === 'txt' ? 'svg' : found}`;
    if (name.endsWith('.svg')) refuseReferences(bytes, about.request.place);
    await writeFile(path.join(about.request.rootDir, name), bytes);
    pages.push(pageOf(name, bytes, about.density));
  }
  return `#set document(date: none)\n#set page(width: auto, height: auto, margin: 0pt)\n${pages.join('\n#pagebreak()\n')}\n`;
}

/** The longer side is given, because a photo may lie on its side until it is turned by its EXIF data. */
function pageOf(name: string, bytes: Buffer, density: unknown): string {
  const size = pixelSize(bytes);
  const longer = size === undefined ? undefined : Math.max(size.width, size.height);
  const asked = typeof density === 'number' && longer !== undefined ? (longer * 72) / density : undefined;
  const points = asked ?? (longer !== undefined && longer > maxPagePt ? maxPagePt : undefined);
  if (points === undefined) return `#image("${name}")`;
  const length = `${Math.min(points, maxPagePt).toFixed(3)}pt`;
  return `#context { let natural = measure(image("${name}")); if natural.width >= natural.height { image("${name}", width: ${length}) } else { image("${name}", height: ${length}) } }`;
}

function refuseReferences(bytes: Buffer, place: DocumentPlace): void {
  const references = markupReferences(new TextDecoder().decode(bytes));
  refuseOutside(references, place);
  const relative = references.find(({ kind }) => kind === 'relative');
  if (relative === undefined) return;
  throw new ConversionError(
    'refused',
    `${JSON.stringify(place.inputName)} refers to another file, ${JSON.stringify(relative.url)}: an SVG must be complete in itself`,
    'Embed that image into the SVG (in Inkscape: Extensions, Images, Embed Images).',
  );
}
