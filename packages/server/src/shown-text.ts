/**
 * The JSON text of a job, put together from those of its tasks. What is stored is replaced and never changed in place, so
 * the text of a task holds as long as the task itself: it is made once for all who ask again and again. Of the last ones
 * that were shown only, so that it costs little memory.
 */
import type { StoredJob, StoredTask } from './job.ts';
import { escapeSlashes } from './request-view.ts';
import { jobResource, taskResource, type View } from './resources.ts';

export interface ShownTexts {
  /** With its tasks, slashes escaped: as the main API has it. */
  readonly job: (job: StoredJob, tasks: readonly StoredTask[], view: View) => string;
}

const maxKept = 2000;

export function createShownTexts(): ShownTexts {
  const kept = new Map<StoredJob | StoredTask, { readonly base: string; readonly text: string }>();

  function textOf(one: StoredJob | StoredTask, base: string, make: () => object): string {
    const known = kept.get(one);
    if (known?.base === base) return known.text;
    const text = escapeSlashes(JSON.stringify(make()));
    kept.set(one, { base, text });
    if (kept.size > maxKept)
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    return text;
  }

  return {
    job(job, tasks, view) {
      const head = textOf(job, view.base, () => jobResource(job, view));
      const inner = tasks.map((task) => textOf(task, view.base, () => taskResource(task, view)));
      // Its last key: no text of a client's can follow it.
      const end = head.lastIndexOf(',"links":');
      return `${head.slice(0, end)},"tasks":[${inner.join(',')}]${head.slice(end)}`;
    },
  };
}
