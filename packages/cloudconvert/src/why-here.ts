/**
 * What CloudConvert cannot do as it is asked for, and this machine can: the result is to be the same wherever the rest
 * runs. Archives there are flat, so one of files in folders is packed here; and a document that shows files beside it
 * would go up without them.
 */
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ActionRequest, Artifact } from '@pipeline/engine';
import { canonicalFormat } from '@pipeline/schema';

/** In words, for whoever wonders; undefined: it is CloudConvert's. */
export async function whyHere({ task, inputs }: ActionRequest): Promise<string | undefined> {
  if (task.operation === 'archive' && inputs.some(({ dir }) => dir !== ''))
    return 'packed on this machine: CloudConvert keeps no folders in archives';
  if (task.operation !== 'convert' && task.operation !== 'merge' && task.operation !== 'thumbnail')
    return undefined;
  for (const input of inputs) {
    const shown = await fileBeside(input);
    if (shown !== undefined)
      return `made on this machine: ${JSON.stringify(input.name)} shows ${JSON.stringify(shown)}, which CloudConvert would not get`;
  }
  return undefined;
}

const markup: ReadonlySet<string> = new Set(
  'md html rst tex svg asciidoc textile org typst commonmark gfm'.split(' '),
);
/** Of a document: what it shows stands in its text, and nobody writes more of that by hand. */
const mostBytes = 4 * 1024 * 1024;
/** `![…](target)`, `src="target"`, `<link href=…>`, `.. image:: target`, `\includegraphics{target}`, `image::target[]`. */
const references =
  /!\[[^\]]*\]\(\s*<?([^)\s>]+)|\bsrc\s*=\s*["']?([^"'\s>]+)|<(?:link|image|use)\b[^>]*?\bhref\s*=\s*["']?([^"'\s>]+)|\.\. (?:image|figure)::\s*(\S+)|\\(?:includegraphics|input|include)(?:\[[^\]]*\])?\{([^}]+)\}|\bimage::?([^[\s]+)\[/g;

/** The first file of this machine that it refers to, as it is written there. */
async function fileBeside({ path: file, format }: Artifact): Promise<string | undefined> {
  if (file === '' || !markup.has(canonicalFormat(format))) return undefined;
  const text = await startOf(file);
  for (const match of text.matchAll(references)) {
    const target = match.slice(1).find((group) => group !== undefined) ?? '';
    if (target.startsWith('#') || /^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) continue;
    const beside = path.resolve(path.dirname(file), decoded(target.replace(/[?#].*$/, '')));
    const found = await stat(beside).catch(() => undefined);
    if (found?.isFile() === true) return target;
  }
  return undefined;
}

async function startOf(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    // The run will say what is wrong with it.
    return '';
  }
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
