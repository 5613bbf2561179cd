/**
 * An export to a store: each file under a key of its own, what was there before is replaced. A key is the option of
 * one file, in which `%d` numbers several, or a prefix with the file's `dir/name` behind it. It knows no protocol.
 */
import { stat } from 'node:fs/promises';
import type { ActionRequest, Artifact, Failure, Operation, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { isNumberedName, nameOf } from '../files/output-name.ts';
import { textOption } from '../read-options.ts';
import { inParallel } from './in-parallel.ts';
import { lastPart } from './keys.ts';
import { defaultSettings, saidBy, startSession } from './session.ts';
import type { StoreSettings } from './session.ts';
import type { Place, Session, Store } from './store.ts';

export function exportFiles(store: Store, settings: StoreSettings = defaultSettings): Operation {
  return {
    plan: async (request) => {
      const aim = aimOf(store, request);
      if (!aim.ok) return aim;
      const missing = await store.missing?.();
      if (missing !== undefined) return err(missing);
      const { place, targets } = aim.value;
      return ok({
        outputs: targets.map(({ dir, name }) => ({ dir, name })),
        writes: targets.map(({ key }) => place.address(key)),
      });
    },

    run: async (request, context) => {
      const aim = aimOf(store, request);
      if (!aim.ok) return aim;
      const { place, targets } = aim.value;
      const session = startSession(request, context, settings);
      const sizes = await inParallel({
        items: targets,
        atOnce: 16,
        signal: context.signal,
        work: ({ file }) => sizeOf(file),
      });
      if (!sizes.ok) return sizes;
      const report = totalProgress(sizes.value, context.progress);
      const sent = await inParallel({
        items: targets,
        atOnce: store.atOnce,
        signal: context.signal,
        work: (target, index, signal) =>
          put(
            { target, place, sizeBytes: sizes.value[index] ?? 0, report: (bytes) => report(index, bytes) },
            {
              ...session,
              signal,
            },
          ),
      });
      return sent.ok ? ok({ outputs: sent.value, ...saidBy(session) }) : sent;
    },
  };
}

interface Aim {
  readonly place: Place;
  readonly targets: readonly Target[];
}

interface Target {
  readonly file: Artifact;
  readonly key: string;
  /** How the results call it. */
  readonly dir: string;
  readonly name: string;
}

function aimOf(store: Store, { options, inputs }: ActionRequest): Result<Aim, Failure> {
  const opened = store.open(options, 'export');
  if (!opened.ok) return opened;
  const place = opened.value;
  const targets = targetsOf(store, { place, options, inputs });
  if (!targets.ok) return targets;
  const seen = new Map<string, Target>();
  for (const target of targets.value) {
    const wrong = place.wrongKey(target.key);
    if (wrong !== undefined) {
      return err(
        failure('bad-input', `${JSON.stringify(target.key)} cannot be written: it ${wrong}`, {
          hint: `for a folder use ${store.options.many}`,
        }),
      );
    }
    const address = place.address(target.key);
    const other = seen.get(address);
    if (other !== undefined) return err(doubled([other, target], address, store));
    seen.set(address, target);
  }
  return ok({ place, targets: targets.value });
}

interface Given {
  readonly place: Place;
  readonly options: JsonObject;
  readonly inputs: readonly Artifact[];
}

function targetsOf(store: Store, { place, options, inputs }: Given): Result<readonly Target[], Failure> {
  const { one, many } = store.options;
  const key = textOption(options, one);
  const prefix = textOption(options, many);
  if (key !== undefined && prefix !== undefined) {
    return err(
      failure('bad-input', `${one} and ${many} are both given, and each says where the files go`, {
        hint: `use ${one} for one file, ${many} for a folder`,
      }),
    );
  }
  const count = inputs.length;
  return ok(
    inputs.map((file, index): Target => {
      const { dir, name } = file;
      if (key === undefined)
        return { file, key: place.join(prefix ?? '', dir === '' ? name : `${dir}/${name}`), dir, name };
      const numbered = isNumberedName(key) ? nameOf(key, { number: index + 1, count }) : key;
      return { file, key: numbered, dir: '', name: lastPart(numbered) };
    }),
  );
}

function doubled(pair: readonly Target[], address: string, { options }: Store): Failure {
  const [one, two] = pair.map(({ file }) =>
    JSON.stringify(file.dir === '' ? file.name : `${file.dir}/${file.name}`),
  );
  return failure('bad-input', `${one} and ${two} would both be written to ${address}`, {
    hint: `write %d into ${options.one} to number the files, or use ${options.many}`,
  });
}

async function sizeOf({ path, name }: Artifact): Promise<Result<number, Failure>> {
  const stats = await stat(path).catch(() => undefined);
  if (stats !== undefined) return ok(stats.size);
  return err(failure('not-found', `${JSON.stringify(name)} is not there any more`));
}

interface Put {
  readonly target: Target;
  readonly place: Place;
  readonly sizeBytes: number;
  readonly report: (bytes: number) => void;
}

async function put(
  { target, place, sizeBytes, report }: Put,
  session: Session,
): Promise<Result<OutputFile, Failure>> {
  const { key, file, dir, name } = target;
  const sent = await place.put({ key, file, sizeBytes, progress: report }, session);
  if (!sent.ok) return err(uploadFailure(sent.error));
  report(sizeBytes);
  const { path, sha256 } = file;
  return ok({ dir, name, path, url: place.address(key), ...(sha256 !== undefined && { sha256 }) });
}

/** What the network did to a download has a code of its own. */
const uploadFailure = (error: Failure): Failure =>
  error.code === 'DOWNLOAD_FAILED' ? { ...error, code: 'UPLOAD_FAILED' } : error;

/** By bytes, each percent once. */
function totalProgress(
  sizes: readonly number[],
  progress: (percent: number) => void,
): (index: number, bytes: number) => void {
  const total = Math.max(
    1,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const done = sizes.map(() => 0);
  let doneBytes = 0;
  let shown = 0;
  return (index, bytes) => {
    doneBytes += bytes - (done[index] ?? 0);
    done[index] = bytes;
    const percent = Math.floor((doneBytes / total) * 100);
    if (percent > shown) progress(Math.min(100, percent));
    shown = Math.max(shown, percent);
  };
}
