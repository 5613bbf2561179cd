/**
 * What LibreOffice makes of chance and of the clock in files that it writes, put back to what depends on the document alone:
 * times in zips, dates and ids of PDFs, ids of fields, of an ebook and of its own session. Pure.
 */
import { createHash } from 'node:crypto';
import { outputDateMs } from '../../files/output-date.ts';
import { settledPdf } from '../../files/settle-dates.ts';
import { changedZip, settleZipTimes } from '../metadata/zip-entry.ts';

export function settledOffice(
  bytes: Buffer,
  { to, startedMs }: { readonly to: string; readonly startedMs: number },
): Buffer {
  if (to === 'pdf') return settledPdf(bytes, startedMs);
  if (to === 'fodt') return Buffer.from(withoutSession(bytes.toString()));
  if (bytes.toString('latin1', 0, 2) !== 'PK') return bytes;
  const isDrawing = to === 'odg' || to === 'odd';
  const settled = changedZip(bytes, (name) =>
    isDrawing && name === 'settings.xml'
      ? withoutWindow
      : changes.find(({ entry }) => entry.test(name))?.change,
  );
  settleZipTimes(settled);
  return settled;
}

interface Change {
  readonly entry: RegExp;
  readonly change: (text: string, name: string) => string;
}

const changes: readonly Change[] = [
  {
    entry: /^ppt\/(slides|slideMasters|slideLayouts|notesSlides|notesMasters)\/[^/]+\.xml$/,
    change: withFieldIds,
  },
  { entry: /^settings\.xml$/, change: withoutSession },
  { entry: /^OEBPS\/content\.opf$/, change: withBookId },
];

/** `<a:fld id="{09B3A160-…}" type="slidenum">`: numbered, in place of random. */
function withFieldIds(text: string, name: string): string {
  let index = 0;
  return text.replaceAll(/(<a:fld id=")\{[0-9A-F-]{36}\}/g, (_, before: string) => {
    index += 1;
    return `${before}{${uuidOf(`${name} ${index}`).toUpperCase()}}`;
  });
}

/** The number of the session in which a text is edited, which here is none. */
function withoutSession(text: string): string {
  return text.replaceAll(
    /(<config:config-item config:name="Rsid(?:Root)?"[^>]*>)\d+/g,
    (_, before: string) => `${before}1`,
  );
}

/** Of a drawing, what of it a window showed. */
function withoutWindow(text: string): string {
  return withoutSession(text).replaceAll(
    /(<config:config-item config:name="VisibleArea(?:Top|Left|Width|Height)"[^>]*>)-?\d+/g,
    (_, before: string) => `${before}0`,
  );
}

function withBookId(text: string): string {
  const random = /<dc:identifier[^>]*>(?:urn:uuid:)?([0-9a-f-]{36})</.exec(text)?.[1];
  const dated = text.replace(
    /(<meta property="dcterms:modified">)[^<]*/,
    `$1${new Date(outputDateMs()).toISOString().slice(0, 19)}Z`,
  );
  return random === undefined ? dated : dated.replaceAll(random, uuidOf(dated.replaceAll(random, '')));
}

function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
