/**
 * `import/upload` waits for a file that somebody sends to a server. Here is none: it says so before anything runs, and
 * what to use instead.
 */
import type { Failure, Operation } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { err } from '@pipeline/schema';

export const importUpload: Operation = {
  plan: ({ task }) => err(noServer(task.name)),
  run: async ({ task }) => err(noServer(task.name)),
};

const noServer = (task: string): Failure =>
  failure(
    'not-available',
    `task "${task}": import/upload waits for a file that is sent to a server, and a run on this machine has none`,
    { hint: 'name the file: operation: import/local, and path: report.docx' },
  );
