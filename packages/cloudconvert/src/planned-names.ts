/**
 * What an action will yield at CloudConvert, as far as that is certain before it runs. Its files get the names that they
 * have on every backend: the name is sent along wherever there is exactly one. It asks nobody and opens nothing.
 */
import type { ActionRequest, Artifact, PlannedFile } from '@pipeline/engine';
import { safeName } from '@pipeline/engine';
import { canonicalFormat, fileExtension, formatKind, type JsonObject } from '@pipeline/schema';

/** Undefined: only the run can tell. */
export function plannedFiles(request: ActionRequest): readonly PlannedFile[] | undefined {
  const { task, options, inputs } = request;
  const { operation } = task;
  if (operation.startsWith('import/')) return imported(request);
  if (operation.startsWith('export/')) return inputs.map(({ dir, name }) => ({ dir, name }));
  const format = text(options, 'output_format');
  switch (operation) {
    case 'merge':
    case 'archive':
      return single('', named(`${task.name}.${format}`, options));
    case 'capture-website':
      return single('', named(`${pageStem(text(options, 'url'))}.${format}`, options));
    case 'pdf/split-pages':
    case 'archive/extract':
    case 'command':
      return undefined;
    case 'thumbnail':
      return Number(options['count'] ?? 1) > 1 ? undefined : forEach(inputs, options, format);
    case 'convert':
      return inputs.some((input) => isPlural(input, options)) ? undefined : forEach(inputs, options, format);
    default:
      return forEach(inputs, options, '');
  }
}

const single = (dir: string, name: string): readonly PlannedFile[] => [{ dir, name: safeName(name) }];

const named = (usual: string, options: JsonObject): string => {
  const filename = text(options, 'filename');
  return filename === '' ? usual : filename;
};

/** Undefined when a `%d` is to be filled, or when several files would get one name. */
function forEach(
  inputs: readonly Artifact[],
  options: JsonObject,
  format: string,
): readonly PlannedFile[] | undefined {
  const filename = text(options, 'filename');
  if (/%0?\d?d/u.test(filename) || (filename !== '' && inputs.length !== 1)) return undefined;
  return inputs.map(({ dir, name }) => ({
    dir,
    name: safeName(filename === '' ? (format === '' ? name : `${stemOf(name)}.${format}`) : filename),
  }));
}

function imported({ options }: ActionRequest): readonly PlannedFile[] | undefined {
  const filename = text(options, 'filename');
  if (filename !== '') return single('', filename);
  const url = text(options, 'url');
  // Another name in a header of the answer does not count: the one that is sent along does.
  if (url !== '') return fileExtension(lastPart(url)) === '' ? undefined : single('', lastPart(url));
  const key = ['key', 'blob', 'file'].map((name) => text(options, name)).find((value) => value !== '');
  const name = key?.split('/').at(-1) ?? '';
  return name === '' ? undefined : single('', name);
}

function lastPart(url: string): string {
  const last = urlOf(url)?.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

const urlOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

function pageStem(url: string): string {
  const path = (urlOf(url)?.pathname ?? '').replace(/\/+$/, '');
  const stem = stemOf(lastPart(`https://page${path}`));
  return stem === '' ? (urlOf(url)?.hostname ?? 'page').replaceAll(/[^\w.-]/g, '') : stem;
}

/** One file for each page, sheet or frame: how many there are is inside of the file. */
function isPlural({ name, format }: Artifact, options: JsonObject): boolean {
  const given = text(options, 'input_format');
  const from = canonicalFormat(given === '' ? (format === '' ? fileExtension(name) : format) : given);
  const to = canonicalFormat(text(options, 'output_format'));
  const kind = formatKind(to);
  const isStill = (kind === 'image' || kind === 'vector') && !canHoldPages.has(to);
  if (isStill) return pagedKinds.has(formatKind(from) ?? '') || pagedPictures.has(from);
  return ['csv', 'tsv'].includes(to) && formatKind(from) !== 'data';
}

const pagedKinds: ReadonlySet<string> = new Set([
  'pdf',
  'document',
  'presentation',
  'spreadsheet',
  'ebook',
  'video',
  'other',
  '',
]);
const pagedPictures: ReadonlySet<string> = new Set([
  'tiff',
  'gif',
  'apng',
  'ps',
  'eps',
  'ico',
  'icns',
  'xps',
  'dcm',
]);
const canHoldPages: ReadonlySet<string> = new Set(['gif', 'tiff', 'apng', 'ps', 'xps']);

const stemOf = (name: string): string => {
  const extension = fileExtension(name);
  return extension === '' ? name : name.slice(0, name.length - extension.length - 1);
};

function text(options: JsonObject, name: string): string {
  const value = options[name];
  return typeof value === 'string' ? value : '';
}
