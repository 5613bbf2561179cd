/** A file that a reporter writes to instead of a standard stream. It knows no kind of reporter. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { printable } from './printable.ts';
import type { Reporter, ReporterOptions, ReportStream } from './reporter.ts';

export interface Report {
  /** The same options with the file in the place of both streams: without colours, whatever is forced for terminals. */
  optionsFrom(options: ReporterOptions): ReporterOptions;
  /** Closing the reporter closes the file; a report that could not be written whole is told on `stderr`. */
  closedWith(reporter: Reporter, stderr: ReportStream): Reporter;
}

export async function openReport(file: string): Promise<Result<Report, string>> {
  const stream = createWriteStream(file);
  let problem: Error | undefined;
  stream.on('error', (error) => (problem ??= error));
  try {
    await once(stream, 'open');
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  const end = async (): Promise<void> => {
    if (!stream.destroyed) await new Promise<void>((resolve) => stream.once('close', resolve).end());
  };
  return ok({
    optionsFrom: (options) => ({
      ...options,
      env: { ...options.env, FORCE_COLOR: '0' },
      stdout: stream,
      stderr: stream,
    }),
    closedWith: (reporter, stderr) => {
      const close = async (): Promise<void> => {
        await reporter.close();
        await end();
        if (problem !== undefined)
          stderr.write(`the report "${printable(file)}" is incomplete: ${problem.message}\n`);
      };
      let closed: Promise<void> | undefined;
      return { event: (event) => reporter.event(event), close: () => (closed ??= close()) };
    },
  });
}
