/**
 * A local HTML file for the browser: the document and the files beside it are served from memory under an address that
 * exists nowhere, and every other request is refused and remembered. What may be read, `reference-policy.ts` says.
 */
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext, Route } from 'playwright-core';
import { ConversionError } from '../../host/protocol.ts';
import { isInside } from '../../files/paths.ts';
import { decodeText } from '../tables/decode-text.ts';
import { readReferenced, refuseOutside } from '../reference-policy.ts';
import type { DocumentPlace } from '../reference-policy.ts';
import { markupReferences } from '../references.ts';

export interface ServedDocument {
  readonly url: string;
  /** Throws for the first thing that was wanted and must not, or cannot, be read. */
  readonly judge: () => void;
}

const origin = 'http://document.invalid';
/** What does not begin so was written as an absolute path, or climbs out of the project. */
const prefix = '/files/';

/** By these a page shows something; a script that asks for data on its own gets none. */
const shown: Readonly<Record<string, string>> = {
  document: 'page',
  stylesheet: 'style sheet',
  image: 'image',
  media: 'media file',
  font: 'font',
  script: 'script',
  texttrack: 'subtitles',
};

export async function serveDocument(context: BrowserContext, place: DocumentPlace): Promise<ServedDocument> {
  const bytes = new Uint8Array(await readFile(place.inputPath));
  const html = decodeText(bytes, { name: place.inputName, format: 'html' });
  // The browser drops references to this machine without a word.
  refuseOutside(markupReferences(html), place);
  const dir = await folderUrl(place);
  const url = `${origin}${dir}${encodeURIComponent(path.basename(place.inputPath))}`;
  const faults: unknown[] = [];
  let isOpened = false;
  await context.route('**/*', async (route) => {
    if (!isOpened && route.request().url() === url) {
      isOpened = true;
      await route.fulfill({ contentType: 'text/html; charset=utf-8', body: html });
      return;
    }
    await serve(route, { place, dir }).catch(async (error: unknown) => {
      faults.push(error);
      await route.abort('blockedbyclient').catch(() => undefined);
    });
  });
  return {
    url,
    judge: () => {
      const [first] = faults;
      if (first !== undefined) throw first;
    },
  };
}

/** Of the folder of the document, below the project folder that it lies in: paths of this machine show nowhere. */
async function folderUrl({ inputPath, allowedDirs }: DocumentPlace): Promise<string> {
  const folder = path.dirname(inputPath);
  const root = allowedDirs.find((dir) => isInside(folder, [dir])) ?? (await realpath(folder));
  const between = path.relative(root, folder);
  const parts = between === '' || between.startsWith('..') ? [] : between.split(path.sep);
  return prefix + parts.map((part) => `${encodeURIComponent(part)}/`).join('');
}

async function serve(
  route: Route,
  { place, dir }: { readonly place: DocumentPlace; readonly dir: string },
): Promise<void> {
  const request = route.request();
  const kind = request.resourceType();
  const what = shown[kind];
  const reference = referenceOf(request.url(), dir);
  if (what === undefined) {
    throw new ConversionError(
      'refused',
      `A script of ${JSON.stringify(place.inputName)} asks for ${JSON.stringify(reference.slice(0, 200))}: documents load no data by scripts`,
      'Put the data into the document itself.',
    );
  }
  const { bytes, path: file } = await readReferenced(reference, { place, what });
  await route.fulfill({
    contentType: mediaTypes[path.extname(file).toLowerCase()] ?? 'application/octet-stream',
    body: Buffer.from(bytes),
  });
}

/** As the document would have written it: relative to its own folder where it lies in the project. */
function referenceOf(address: string, dir: string): string {
  const url = new URL(address);
  if (url.origin !== origin) return address;
  if (!url.pathname.startsWith(prefix)) return url.pathname;
  const relative = path.posix.relative(path.posix.normalize(dir), path.posix.normalize(url.pathname));
  return `./${relative}`;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.htm': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.bmp': 'image/bmp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mp3': 'audio/mpeg',
  '.vtt': 'text/vtt',
};
