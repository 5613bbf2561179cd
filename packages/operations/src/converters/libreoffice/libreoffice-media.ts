/** Images that LibreOffice wrote beside a web page: they move to a folder, and the page is told. */
import { readFile, writeFile } from 'node:fs/promises';

export async function pointToMedia(page: string, files: readonly string[], folder: string): Promise<void> {
  let html = await readFile(page, 'utf8');
  for (const file of files) {
    html = html.replaceAll(`"${file}"`, `"${encodeURIComponent(folder)}/${file}"`);
  }
  await writeFile(page, html);
}
