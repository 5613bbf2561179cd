/**
 * `import/local`: files of this machine, taken where they are and never copied or changed. What it yields is known
 * while planning; the run looks again, as files may have come and gone since.
 */
import type { ActionRequest, Failure, Operation, PlannedFile, RunContext } from '@pipeline/engine';
import { type Result, ok } from '@pipeline/schema';
import { type Selection, selectFiles } from './select-files.ts';

export const importLocal: Operation = {
  isFolderless: true,

  plan: (request, context) => {
    const selection = select(request, context);
    if (!selection.ok) return selection;
    const { files, note, lookedAt: watches } = selection.value;
    return ok({ outputs: files, watches, ...(note !== undefined && { note }) });
  },

  run: async (request, context) => {
    const selection = select(request, context);
    if (!selection.ok) return selection;
    const { files: outputs, note } = selection.value;
    return ok({ outputs, ...(note !== undefined && { message: note }) });
  },
};

function select({ address, options, task }: ActionRequest, context: RunContext): Result<Selection, Failure> {
  const found = context.foundFiles?.(address);
  if (found !== undefined) return ok({ files: found.flatMap(withPath), lookedAt: [] });
  const selection = selectFiles(options, context);
  const { isLeftOut } = context;
  if (!selection.ok || isLeftOut === undefined) return selection;
  const files = selection.value.files.filter(({ path }) => !isLeftOut(task.name, path));
  return ok({ ...selection.value, files });
}

function withPath({ dir, name, path, sizeBytes = 0 }: PlannedFile): Selection['files'] {
  return path === undefined ? [] : [{ dir, name, path, sizeBytes }];
}
