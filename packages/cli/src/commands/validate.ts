/** `pipeline validate`: every mistake of every file; nothing runs and nothing is written. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Diagnostic, Source } from '@pipeline/schema';
import { lineAndColumn } from '@pipeline/schema';
import { checkPipeline } from '../check-pipeline.ts';
import { exitCode } from '../exit-code.ts';
import { pipelinesIn } from '../find-pipeline.ts';
import type { UsageError } from '../parse-arguments.ts';
import { countProblems, counted, inOrder, printProblems } from '../print-problems.ts';
import { readPipeline, shortPath } from '../read-pipeline.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { textStyle } from '../text-style.ts';
import { usageError } from '../usage-error.ts';

/** What is known of one file. */
interface Report {
  readonly file: string;
  readonly source?: Source;
  /** It could not even be read. */
  readonly unreadable?: UsageError;
  readonly tasks?: number;
  readonly diagnostics: readonly Diagnostic[];
}

export const validate: Command = async ({ arguments: named, flags }, surroundings) => {
  const targets =
    named.length === 0 ? [undefined] : named.flatMap((name) => expandFolder(name, surroundings.cwd));
  const reports: Report[] = [];
  for (const target of targets) reports.push(await check(target, surroundings));
  if (flags.switches.has('json'))
    surroundings.stdout.write(`${JSON.stringify(toJson(reports), undefined, 2)}\n`);
  else for (const report of reports) print(report, flags.switches.has('quiet'), surroundings);
  return reports.every(isValid) ? exitCode.done : exitCode.mistake;
};

/** A folder without a pipeline stays, so that the reader of files can say so. */
function expandFolder(name: string, cwd: string): readonly string[] {
  const folder = path.resolve(cwd, name);
  if (name === '-' || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [name];
  const files = pipelinesIn(folder).map((file) => shortPath(cwd, file));
  return files.length === 0 ? [name] : files;
}

async function check(target: string | undefined, surroundings: Surroundings): Promise<Report> {
  const text = await readPipeline(target, surroundings);
  if (!text.ok) return { file: target ?? '', unreadable: text.error, diagnostics: [] };
  const { source } = text.value;
  const checked = checkPipeline(source);
  return checked.ok
    ? {
        file: source.path,
        source,
        tasks: checked.value.pipeline.tasks.size,
        diagnostics: checked.value.warnings,
      }
    : { file: source.path, source, diagnostics: checked.error };
}

const isValid = (report: Report): boolean => report.tasks !== undefined;

function print(report: Report, isQuiet: boolean, { stdout, stderr, env }: Surroundings): void {
  const { source, unreadable, diagnostics, tasks } = report;
  if (unreadable !== undefined) usageError(unreadable, stderr);
  if (source === undefined) return;
  printProblems(diagnostics, { source, stream: stderr, style: textStyle(stderr, env) });
  if (tasks === undefined) stderr.write(`${countProblems(diagnostics, source)}\n`);
  else if (!isQuiet) stdout.write(`ok ${report.file}: ${okDetails(tasks, diagnostics)}\n`);
}

function okDetails(tasks: number, warnings: readonly Diagnostic[]): string {
  return [counted(tasks, 'task'), counted(warnings.length, 'warning')]
    .filter((part) => part !== '')
    .join(', ');
}

/** A stable shape: keys are only ever added. */
function toJson(reports: readonly Report[]): object {
  return {
    ok: reports.every(isValid),
    files: reports.map((report) => ({
      file: report.file,
      ok: isValid(report),
      ...(report.tasks === undefined ? {} : { tasks: report.tasks }),
      ...(report.unreadable === undefined ? {} : { error: report.unreadable }),
      diagnostics: inOrder(report.diagnostics).map((diagnostic) => diagnosticJson(diagnostic, report.source)),
    })),
  };
}

/** Lines and columns count from 1, offsets from 0. */
function diagnosticJson({ range, related, ...rest }: Diagnostic, source: Source | undefined): object {
  const point = (offset: number): object => ({
    offset,
    ...(source === undefined ? {} : lineAndColumn(source, offset)),
  });
  const place = (at: Diagnostic['range']): object => ({ start: point(at.start), end: point(at.end) });
  return {
    ...rest,
    range: place(range),
    ...(related === undefined
      ? {}
      : { related: related.map((other) => ({ message: other.message, range: place(other.range) })) }),
  };
}
