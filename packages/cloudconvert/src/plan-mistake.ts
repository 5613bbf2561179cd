/** What CloudConvert cannot do, said before anything runs. */
import type { ActionRequest, Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';

export function planMistake({ task, inputs, fileInputs }: ActionRequest): Failure | undefined {
  if (task.operation === 'import/upload') {
    return failure('unsupported', 'import/upload waits for a file that somebody else sends', {
      hint: 'use import/local: its files are uploaded to CloudConvert where a task there takes them',
    });
  }
  const unsafe = Object.entries(fileInputs).find(([, files]) => files.length > 1);
  if (unsafe !== undefined) {
    return failure(
      'unsupported',
      `"${unsafe[0]}" of task "${task.name}" takes one file, not ${unsafe[1].length}`,
      {
        hint: 'let the task that it names yield one file',
      },
    );
  }
  return task.operation === 'archive' ? sameNames(task.name, inputs) : undefined;
}

/** Archives there are flat. */
function sameNames(task: string, inputs: ActionRequest['inputs']): Failure | undefined {
  const seen = new Map<string, string>();
  for (const { dir, name } of inputs) {
    const other = seen.get(name);
    if (other !== undefined && other !== dir) {
      return failure(
        'unsupported',
        `task "${task}" would put two files named ${JSON.stringify(name)} into one archive: CloudConvert keeps no folders in archives`,
        { hint: `set "runs_on: local" on task "${task}"` },
      );
    }
    seen.set(name, dir);
  }
  return undefined;
}
