/**
 * `import/local`: files of this machine, taken where they are and never copied or changed. What it yields is known
 * while planning; the run looks again, as files may have come and gone since.
 */
import type { Operation } from '@pipeline/engine';
import { ok } from '@pipeline/schema';
import { selectFiles } from './select-files.ts';

export const importLocal: Operation = {
  plan: (request, context) => {
    const selection = selectFiles(request.options, context);
    if (!selection.ok) return selection;
    const { files, note } = selection.value;
    return ok({ outputs: files, ...(note !== undefined && { note }) });
  },

  run: async (request, context) => {
    const selection = selectFiles(request.options, context);
    if (!selection.ok) return selection;
    const { files, note } = selection.value;
    const outputs = files.map(({ dir, name, path }) => ({ dir, name, path }));
    return ok({ outputs, ...(note !== undefined && { message: note }) });
  },
};
