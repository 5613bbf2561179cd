/**
 * Compiled help (CHM) for Calibre, whose own reader stumbles over links between pages: 7-Zip unpacks it, and a page that
 * lists its pages in the order of its contents becomes the input. It does not know what Calibre makes of that.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { sevenZipUnpacker } from './archives/seven-zip.ts';
import { contentDir } from './archives/seven-zip-formats.ts';
import { unpackedFiles } from './archives/unpacked-files.ts';
import { contentsPage, helpPages, helpSystem } from './chm-contents.ts';
import type { Conversion } from './converter.ts';

/** The path of the page that lists the others, beside them. */
export async function unpackChm(conversion: Conversion, title: string): Promise<Result<string, Failure>> {
  const { inputPath, inputName, signal } = conversion;
  const workDir = path.join(conversion.workDir, 'help');
  await mkdir(workDir);
  const unpacked = await sevenZipUnpacker.unpack({
    inputPath,
    inputName,
    from: 'chm',
    password: undefined,
    workDir,
    signal,
    progress: () => undefined,
  });
  if (!unpacked.ok) return unpacked;
  const root = path.join(workDir, contentDir);
  const found = await unpackedFiles(root, inputName);
  if (!found.ok) return found;
  const { files } = found.value;
  const read = async (name: string | undefined): Promise<Buffer> =>
    name === undefined ? Buffer.alloc(0) : await readFile(path.join(root, name));
  const system = helpSystem(await read(files.find((file) => file === '#SYSTEM')));
  const contents = await read(files.find((file) => file.toLowerCase().endsWith('.hhc')));
  const pages = helpPages({ files, contents, system });
  if (pages.length === 0) {
    return err(
      failure('bad-input', `There is no page in ${JSON.stringify(inputName)}`, {
        hint: 'Open it in a viewer of CHM files to see what it holds.',
      }),
    );
  }
  const page = path.join(root, 'pipeline-contents.html');
  await writeFile(page, contentsPage(system.title ?? title, pages));
  return ok(page);
}
