/**
 * Digital signatures of PDFs: which file has one, and whether it survived. A signature holds for the bytes that it was
 * made of, so whatever writes a PDF anew breaks it, and no reader can mend it. Nothing is parsed or verified here.
 */
import { createReadStream } from 'node:fs';
import type { Artifact, OutputFile } from '@pipeline/engine';
import { hasSameContent } from './same-content.ts';

/** The bytes that a signature holds for. It may lie in no object stream and no encrypted text: what is signed is found by it. */
const signedBytes = /\/ByteRange\s*\[\s*\d+\s+\d+\s+\d+\s+\d+/;
/** As much as the words above may take, where two chunks meet. */
const overlap = 128;

/** Reads the file through, without holding it. False when it cannot be read. */
export async function isSignedPdf(file: string): Promise<boolean> {
  let end = '';
  try {
    for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
      const text = end + String(chunk);
      if (signedBytes.test(text)) return true;
      end = text.slice(-overlap);
    }
  } catch {
    return false;
  }
  return false;
}

/** What to tell of PDFs made of PDFs; undefined: no signature was broken. */
export async function brokenSignatures(
  inputs: readonly Artifact[],
  outputs: readonly OutputFile[],
): Promise<string | undefined> {
  const made = outputs.filter(({ name }) => /\.pdf$/i.test(name));
  const broken: string[] = [];
  for (const input of made.length === 0 ? [] : inputs) {
    if (made.some(({ path }) => path === input.path) || !(await isSignedPdf(input.path))) continue;
    const copies = await Promise.all(made.map(({ path }) => hasSameContent(path, input.path)));
    if (!copies.includes(true)) broken.push(JSON.stringify(input.name));
  }
  if (broken.length === 0) return undefined;
  const names = broken.slice(0, 5).join(', ') + (broken.length > 5 ? ` and ${broken.length - 5} more` : '');
  return broken.length === 1
    ? `${names} is signed; the result's signature is no longer valid`
    : `${names} are signed; their signatures are no longer valid in the result`;
}
