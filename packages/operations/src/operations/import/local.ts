/**
 * `import/local`: files of this machine, taken where they are and never copied or changed. What it yields is known
 * while planning; the run looks again, as files may have come and gone since: at the folders first, and at all that is in
 * them only where these have changed.
 */
import { changedFiles, markFiles, tickMs } from '@pipeline/engine';
import type {
  ActionRequest,
  Failure,
  MarkedFiles,
  Operation,
  PlannedFile,
  RunContext,
} from '@pipeline/engine';
import { type Result, ok } from '@pipeline/schema';
import { type Selection, selectFiles } from './select-files.ts';

export const importLocal: Operation = {
  isFolderless: true,

  plan: (request, context) => {
    const selection = select(request, context, lookAround);
    if (!selection.ok) return selection;
    const { files, note, lookedAt: watches } = selection.value;
    return ok({ outputs: files, watches, ...(note !== undefined && { note }) });
  },

  run: async (request, context) => {
    const selection = select(request, context, lookAgain);
    if (!selection.ok) return selection;
    const { files: outputs, note } = selection.value;
    return ok({ outputs, ...(note !== undefined && { message: note }) });
  },
};

type IsLeftOut = (file: string) => boolean;
type Look = (
  request: ActionRequest,
  context: RunContext,
  isLeftOut?: IsLeftOut,
) => Result<Selection, Failure>;

function select(request: ActionRequest, context: RunContext, look: Look): Result<Selection, Failure> {
  const found = context.foundFiles?.(request.address);
  if (found !== undefined) return ok({ files: found.flatMap(withPath), lookedAt: [] });
  if (context.isLeftOut === undefined) return look(request, context);
  const isLeftOut: IsLeftOut = (file) => context.isLeftOut?.(request.task.name, file) === true;
  const selection = look(request, context, isLeftOut);
  if (!selection.ok) return selection;
  // What was named, or was a link, or was found by the plan.
  return ok({ ...selection.value, files: selection.value.files.filter(({ path }) => !isLeftOut(path)) });
}

interface LookBack {
  readonly selection: Selection;
  /** Of all folders that were listed, and of names that were not there. */
  readonly marks: MarkedFiles;
}

/** What plans have found, by task and address. */
const planned = new WeakMap<ActionRequest['task'], Map<string, LookBack>>();

function lookAround(...[request, context, isLeftOut]: Parameters<Look>): ReturnType<Look> {
  const { address, options, task } = request;
  const settledBeforeMs = Date.now() - tickMs;
  const found = selectFiles(options, context, isLeftOut);
  if (!found.ok || !areAllListed(found.value)) return found;
  const place = { root: context.baseDir, links: 'follow' } as const;
  const marks = markFiles(found.value.lookedAt, place, { settledBeforeMs });
  const byAddress = planned.get(task) ?? new Map<string, LookBack>();
  planned.set(task, byAddress.set(address, { selection: found.value, marks }));
  return found;
}

function lookAgain(...[request, context, isLeftOut]: Parameters<Look>): ReturnType<Look> {
  const { address, options, task } = request;
  const before = planned.get(task)?.get(address);
  if (before === undefined) return selectFiles(options, context, isLeftOut);
  planned.get(task)?.delete(address);
  const changed = changedFiles(before.marks, { root: context.baseDir, links: 'follow' });
  return changed.length > 0 ? selectFiles(options, context, isLeftOut) : ok(before.selection);
}

/** Files that a pattern names itself come and go without a folder that was looked at. */
function areAllListed({ files, lookedAt }: Selection): boolean {
  const listed = new Set(lookedAt);
  return files.every((file) => listed.has(file.path.slice(0, -1 - file.name.length)));
}

function withPath({ dir, name, path, sizeBytes = 0 }: PlannedFile): Selection['files'] {
  return path === undefined ? [] : [{ dir, name, path, sizeBytes }];
}
