/**
 * An import from a store: one file by its name, or all whose names start with a prefix. Folders below the folder of the
 * prefix are kept as `dir`. It knows no protocol.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, Operation, OperationContext, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { nameOf, outputName } from '../files/output-name.ts';
import { textOption } from '../read-options.ts';
import { inParallel } from './in-parallel.ts';
import type { KeyPlace } from './keys.ts';
import { lastPart, placeOfKey } from './keys.ts';
import { defaultSettings, saidBy, startSession } from './session.ts';
import type { StoreSettings } from './session.ts';
import type { Place, RemoteFile, Session, Store } from './store.ts';

export function importFiles(store: Store, settings: StoreSettings = defaultSettings): Operation {
  return {
    plan: async ({ options }) => {
      const source = sourceOf(store, options);
      if (!source.ok) return source;
      const missing = await store.missing?.();
      if (missing !== undefined) return err(missing);
      const { wanted, place } = source.value;
      if (wanted.type === 'many') return ok({});
      return ok({ outputs: [{ dir: '', name: wanted.name }], reads: [place.address(wanted.key)] });
    },

    run: async (request, context) => {
      const source = sourceOf(store, request.options);
      if (!source.ok) return source;
      const session = startSession(request, context, settings);
      const found = await find(source.value, session);
      if (!found.ok) return found;
      const outputs = await fetchAll(found.value, source.value.place, {
        context,
        session,
        atOnce: store.atOnce,
      });
      if (!outputs.ok) return outputs;
      const { wanted, place } = source.value;
      const nothing =
        wanted.type === 'many' && found.value.length === 0
          ? `no file is there below ${place.address(wanted.many)}`
          : undefined;
      const reads = found.value.map(({ key }) => place.address(key));
      const taken = reads.length === 0 ? {} : { reads };
      return ok({ outputs: outputs.value, ...taken, ...saidBy(session, nothing) });
    },
  };
}

interface Source {
  readonly place: Place;
  readonly wanted:
    | { readonly type: 'one'; readonly key: string; readonly name: string }
    /** `filename` as the user wrote it, for all of them. */
    | { readonly type: 'many'; readonly many: string; readonly filename: string | undefined };
}

function sourceOf(store: Store, options: JsonObject): Result<Source, Failure> {
  const opened = store.open(options, 'import');
  if (!opened.ok) return opened;
  const place = opened.value;
  const filename = textOption(options, 'filename');
  const named = filename === undefined ? ok(undefined) : outputName('', options);
  if (!named.ok) return named;
  const key = textOption(options, store.options.one);
  if (key === undefined) {
    const many = textOption(options, store.options.many) ?? '';
    return ok({ place, wanted: { type: 'many', many, filename: named.value } });
  }
  const wrong = place.wrongKey(key);
  const name =
    named.value === undefined
      ? placeOfKey(lastPart(key), '')?.name
      : nameOf(named.value, { number: 1, count: 1 });
  if (wrong !== undefined || name === undefined) {
    return err(
      failure('bad-input', `${store.options.one} ${JSON.stringify(key)} ${wrong ?? 'names no file'}`, {
        hint: `for all files of a folder use ${store.options.many}`,
      }),
    );
  }
  return ok({ place, wanted: { type: 'one', key, name } });
}

interface Found extends KeyPlace {
  readonly key: string;
  readonly sizeBytes: number | undefined;
}

async function find({ place, wanted }: Source, session: Session): Promise<Result<readonly Found[], Failure>> {
  if (wanted.type === 'one')
    return ok([{ key: wanted.key, dir: '', name: wanted.name, sizeBytes: undefined }]);
  const listed = await place.list(wanted.many, session);
  if (!listed.ok) return listed;
  const { files, base } = listed.value;
  const found: Found[] = [];
  const places = new Map<string, string>();
  const count = files.length;
  for (const [index, file] of files.entries()) {
    const here = foundPlace(file, base, place);
    if (!here.ok) return here;
    const { filename } = wanted;
    const name = filename === undefined ? here.value.name : nameOf(filename, { number: index + 1, count });
    const one = { ...here.value, name };
    const other = places.get(`${one.dir}/${name}`);
    if (other !== undefined) return err(doubled(place.address(other), place.address(file.key)));
    places.set(`${one.dir}/${name}`, file.key);
    found.push(one);
  }
  return ok(found);
}

function foundPlace({ key, sizeBytes }: RemoteFile, base: string, place: Place): Result<Found, Failure> {
  const here = placeOfKey(key, base);
  const wrong = place.wrongKey(key);
  if (here !== undefined && wrong === undefined) return ok({ key, sizeBytes, ...here });
  return err(
    failure(
      'bad-input',
      `${place.address(key)} cannot be taken: its name ${wrong ?? 'cannot be that of a file here'}`,
      {
        hint: 'rename it there, or use a longer prefix that leaves it out',
      },
    ),
  );
}

const doubled = (one: string, two: string): Failure =>
  failure('bad-input', `${one} and ${two} would be one file here`, {
    hint: 'rename one of them there, or take them in two tasks',
  });

interface Work {
  readonly atOnce: number;
  readonly context: OperationContext;
  readonly session: Session;
}

/** Each into a folder of its own: names of different folders may be the same. */
async function fetchAll(
  found: readonly Found[],
  place: Place,
  { context, session, atOnce }: Work,
): Promise<Result<readonly OutputFile[], Failure>> {
  const report = totalProgress(found, context.progress);
  return await inParallel({
    items: found,
    atOnce,
    signal: context.signal,
    work: async ({ key, dir, name }, index, signal): Promise<Result<OutputFile, Failure>> => {
      const folder = path.join(context.workDir, String(index + 1));
      await mkdir(folder);
      const progress = (percent: number | null): void => report(index, percent);
      const fetched = await place.fetch({ key, name, folder, progress }, { ...session, signal });
      return fetched.ok ? ok({ dir, name, ...fetched.value }) : fetched;
    },
  });
}

/** By bytes, each percent once; a single file knows its own share only. */
function totalProgress(
  found: readonly Found[],
  progress: (percent: number | null) => void,
): (index: number, percent: number | null) => void {
  const total = found.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
  if (found.length < 2 || total === 0) return (_, percent) => progress(percent);
  const done = found.map(() => 0);
  let doneBytes = 0;
  let shown = 0;
  return (index, percent) => {
    const now = ((percent ?? 0) / 100) * (found[index]?.sizeBytes ?? 0);
    doneBytes += now - (done[index] ?? 0);
    done[index] = now;
    const whole = Math.floor((doneBytes / total) * 100);
    if (whole > shown) progress(whole);
    shown = Math.max(shown, whole);
  };
}
