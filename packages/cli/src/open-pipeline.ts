/** Finds, reads and checks the one pipeline of a command, and tells the user of everything that is wrong with it. */
import type { Diagnostic, Pipeline, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { checkPipeline } from './check-pipeline.ts';
import { exitCode } from './exit-code.ts';
import { countProblems, printProblems } from './print-problems.ts';
import { type PipelineText, readPipeline } from './read-pipeline.ts';
import type { Surroundings } from './surroundings.ts';
import { textStyle } from './text-style.ts';
import { usageError } from './usage-error.ts';

export interface OpenedPipeline extends PipelineText {
  readonly pipeline: Pipeline;
  readonly warnings: readonly Diagnostic[];
}

/** The error is the exit code; all that there is to say has been said. `consequence` ends the line that counts. */
export async function openPipeline(
  named: string | undefined,
  surroundings: Surroundings,
  consequence = '',
): Promise<Result<OpenedPipeline, number>> {
  const { stderr, env } = surroundings;
  const text = await readPipeline(named, surroundings);
  if (!text.ok) return err(usageError(text.error, stderr));
  const { source } = text.value;
  const checked = checkPipeline(source);
  const problems = checked.ok ? checked.value.warnings : checked.error;
  printProblems(problems, { source, stream: stderr, style: textStyle(stderr, env) });
  if (checked.ok) return ok({ ...text.value, ...checked.value });
  stderr.write(`${countProblems(problems, source)}${consequence}\n`);
  return err(exitCode.mistake);
}
