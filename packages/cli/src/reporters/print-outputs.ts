/** `--print-outputs`: the path of every file that left the job, one a line, for other programs to read. */
import type { Reporter, ReportStream } from './reporter.ts';

export function createOutputPrinter(stdout: ReportStream): Reporter {
  const exports = new Set<string>();
  return {
    event: (event) => {
      if (event.type === 'job.started') {
        for (const { task, operation } of event.tasks) if (operation.startsWith('export/')) exports.add(task);
      } else if (event.type === 'action.finished' && exports.has(event.task)) {
        for (const { path } of event.outputs) stdout.write(`${path}\n`);
      }
    },
    close: async () => {},
  };
}
