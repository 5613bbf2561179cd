/**
 * `import/local`: files of this machine, taken where they are and never copied or changed. What it yields is known
 * while planning; the run looks again, as files may have come and gone since.
 */
import type { ActionRequest, Operation, RunContext } from '@pipeline/engine';
import { ok } from '@pipeline/schema';
import { type Selection, selectFiles } from './select-files.ts';

export const importLocal: Operation = {
  isFolderless: true,

  plan: (request, context) => {
    const selection = selectFiles(request.options, context);
    if (!selection.ok) return selection;
    const { note, lookedAt: watches } = selection.value;
    const files = taken(selection.value, request, context);
    return ok({ outputs: files, watches, ...(note !== undefined && { note }) });
  },

  run: async (request, context) => {
    const selection = selectFiles(request.options, context);
    if (!selection.ok) return selection;
    const { note } = selection.value;
    const outputs = taken(selection.value, request, context);
    return ok({ outputs, ...(note !== undefined && { message: note }) });
  },
};

function taken({ files }: Selection, { task }: ActionRequest, { isLeftOut }: RunContext): Selection['files'] {
  return isLeftOut === undefined ? files : files.filter(({ path }) => !isLeftOut(task.name, path));
}
