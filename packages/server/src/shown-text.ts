/**
 * The JSON text of a job, put together from those of its tasks. What is stored is replaced and never changed in place, so
 * the text of a task holds as long as the task itself: it is made once for all who ask again and again. Of the last ones
 * that were shown only, so that it costs little memory.
 */
import { freshJobText, freshTaskText } from './fresh-text.ts';
import type { StoredJob, StoredTask } from './job.ts';
import { escapeSlashes } from './request-view.ts';
import { jobResource, taskResource, type View } from './resources.ts';

export interface ShownTexts {
  /** With its tasks, slashes escaped: as the main API has it. */
  readonly job: (job: StoredJob, tasks: readonly StoredTask[], view: View) => string;
}

const maxKept = 1000;

interface Kept {
  readonly base: string;
  readonly text: string;
}

export function createShownTexts(): ShownTexts {
  // Two ages: what nobody asks for while the younger one fills is let go with the older one, all at once.
  let young = new Map<StoredJob | StoredTask, Kept>();
  let old = new Map<StoredJob | StoredTask, Kept>();

  function keep(one: StoredJob | StoredTask, kept: Kept): string {
    if (young.size >= maxKept) {
      old = young;
      young = new Map();
    }
    young.set(one, kept);
    return kept.text;
  }

  function textOf(one: StoredJob | StoredTask, base: string, make: () => object): string {
    const known = young.get(one);
    if (known?.base === base) return known.text;
    const older = old.get(one);
    if (older?.base === base) return keep(one, older);
    return keep(one, { base, text: escapeSlashes(JSON.stringify(make())) });
  }

  return {
    job(job, tasks, view) {
      const { base } = view;
      let inner = '';
      for (const task of tasks) {
        const text = freshTaskText(task, base) ?? textOf(task, base, () => taskResource(task, view));
        inner += inner === '' ? text : `,${text}`;
      }
      const text = freshJobText(job, inner, base);
      if (text !== undefined) return text;
      const head = textOf(job, base, () => jobResource(job, view));
      // Its last key: no text of a client's can follow it.
      const end = head.lastIndexOf(',"links":');
      return `${head.slice(0, end)},"tasks":[${inner}]${head.slice(end)}`;
    },
  };
}
