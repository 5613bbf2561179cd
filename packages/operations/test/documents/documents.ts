/** Documents that tests make themselves, and ways to have the hosts work on them in this process. */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import { ZipFile } from 'yazl';
import { host as pandocHost } from '../../src/converters/pandoc/pandoc-host.ts';
import { host as typstHost } from '../../src/converters/typst/typst-host.ts';
import type { HostModule } from '../../src/host/protocol.ts';
import { ConversionError } from '../../src/host/protocol.ts';
import { newFolder } from '../places/action.ts';

/** 2 × 1 pixels, red. */
export const tinyPng: Buffer = await sharp({
  create: { width: 2, height: 1, channels: 3, background: '#f00' },
})
  .png()
  .toBuffer();

export interface Made {
  readonly path: string;
  readonly bytes: Buffer;
  readonly text: string;
  readonly answer: JsonObject;
}

/** Outputs carry the date of their document. */
const fileDate = new Date('2026-02-03T04:05:06Z');

/** `files` lie in the project beside the document, which is the first of them. */
export interface Document {
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly from: string;
  readonly options?: JsonObject;
  /** Default: the folder of the document. */
  readonly allowedDirs?: readonly string[];
}

function lay(document: Document): {
  readonly dir: string;
  readonly job: JsonObject & { readonly inputPath: string; readonly inputName: string };
} {
  const dir = newFolder();
  const [name = ''] = Object.keys(document.files);
  for (const [file, content] of Object.entries(document.files)) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), content);
    utimesSync(path.join(dir, file), fileDate, fileDate);
  }
  const job = {
    inputPath: path.join(dir, name),
    inputName: path.basename(name),
    from: document.from,
    allowedDirs: document.allowedDirs ?? [dir],
    options: document.options ?? {},
  };
  return { dir, job };
}

export async function toDocument(document: Document, to: string): Promise<Made> {
  const { job } = lay(document);
  const outputPath = path.join(newFolder(), 'output');
  const answer = await runJob(pandocHost, { ...job, to, outputPath, mediaName: 'the-media' });
  const bytes = readFileSync(outputPath);
  return { path: outputPath, bytes, text: bytes.toString(), answer };
}

/** As `pandoc-typst` does it. */
export async function toPdf(document: Document): Promise<Made> {
  const { job } = lay(document);
  const workDir = newFolder();
  const sourcePath = path.join(workDir, 'page.typ');
  await runJob(pandocHost, { ...job, outputPath: sourcePath });
  const outputPath = path.join(workDir, 'typeset');
  const { inputPath, inputName } = job;
  const answer = await runJob(typstHost, {
    sourcePath,
    inputPath,
    inputName,
    outputPath,
    to: 'pdf',
    isOurs: true,
    rootDir: workDir,
  });
  const bytes = readFileSync(outputPath);
  return { path: outputPath, bytes, text: await pdfText(bytes), answer };
}

/** A Typst source of the user's. */
export async function typeset(document: Document): Promise<Made> {
  const { job } = lay(document);
  const workDir = newFolder();
  const outputPath = path.join(workDir, 'typeset');
  const answer = await runJob(typstHost, {
    ...job,
    sourcePath: job.inputPath,
    outputPath,
    to: 'pdf',
    rootDir: path.join(workDir, 'root'),
  });
  const bytes = readFileSync(outputPath);
  return { path: outputPath, bytes, text: await pdfText(bytes), answer };
}

function runJob(host: HostModule, job: JsonObject): Promise<JsonObject> {
  return host.run(job, () => undefined);
}

/** The error that a user gets. */
export async function refusal(work: Promise<unknown>): Promise<ConversionError['data']> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ConversionError) return error.data;
    throw error;
  }
  throw new Error('it went well, and should not have');
}

let library: Promise<PDFiumLibrary> | undefined;

/** All pages, parted by form feeds. */
export async function pdfText(bytes: Uint8Array): Promise<string> {
  library ??= PDFiumLibrary.init();
  const document = await (await library).loadDocument(bytes);
  const text = [...document.pages()].map((page) => page.getText());
  document.destroy();
  return text.join('\f');
}

/** The text of one entry of a zip. */
export function unzipped(bytes: Buffer, name: string): string {
  const entry = zipEntries(bytes).find((candidate) => candidate.name === name);
  if (entry === undefined)
    throw new Error(
      `no ${name} in ${zipEntries(bytes)
        .map((each) => each.name)
        .join(', ')}`,
    );
  return entry.bytes.toString();
}

export interface ZipContent {
  readonly name: string;
  readonly bytes: Buffer;
  /** DOS date and time. */
  readonly time: number;
  readonly mode: number;
}

/** By the central directory, as unzip programs do. */
export function zipEntries(zip: Buffer): readonly ZipContent[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const entries: ZipContent[] = [];
  for (let at = zip.readUInt32LE(end + 16), index = 0; index < zip.readUInt16LE(end + 10); index += 1) {
    const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28));
    const offset = zip.readUInt32LE(at + 42);
    const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    const bytes = zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed);
    entries.push({ name, bytes, time: zip.readUInt32LE(at + 12), mode: zip.readUInt16LE(at + 40) });
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

export async function zipOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The smallest that Word opens. */
export function docxOf(body: string, more: Readonly<Record<string, string | Buffer>> = {}): Promise<Buffer> {
  const office = 'http://schemas.openxmlformats.org';
  return zipOf({
    '[Content_Types].xml': `<?xml version="1.0"?><Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    '_rels/.rels': `<?xml version="1.0"?><Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="${office}/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
    ...more,
  });
}
