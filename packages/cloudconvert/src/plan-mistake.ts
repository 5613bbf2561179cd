/** What CloudConvert cannot do, said before anything runs. */
import type { ActionRequest, Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';

export function planMistake({ task, fileInputs }: ActionRequest): Failure | undefined {
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
  return undefined;
}
