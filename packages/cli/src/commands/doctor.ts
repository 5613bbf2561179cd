/**
 * `pipeline doctor`: what this machine has and lacks. With a file: only whether that pipeline could run here, by planning
 * it as a run does; nothing runs.
 */
import { planJob } from '@pipeline/engine';
import type { JobPlan, PlanProblem } from '@pipeline/engine';
import { bindValues } from '@pipeline/schema';
import { closeComposition, compose } from '../compose.ts';
import { exitCode } from '../exit-code.ts';
import { doctorText } from '../doctor/doctor-text.ts';
import { neededText, needsOf } from '../doctor/needs.ts';
import { survey } from '../doctor/survey.ts';
import { createMasker } from '../masker.ts';
import { type OpenedPipeline, openPipeline } from '../open-pipeline.ts';
import type { Invocation } from '../parse-arguments.ts';
import { planDiagnostics, problemsExitCode } from '../plan-problems.ts';
import { countProblems, printProblems } from '../print-problems.ts';
import { styleFor } from '../reporters/terminal-style.ts';
import { type RunOptions, readRunOptions } from '../run-options.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { textStyle } from '../text-style.ts';
import { usageError } from '../usage-error.ts';

export const doctor: Command = async (invocation, surroundings) => {
  const options = await readRunOptions(invocation, surroundings.cwd);
  if (!options.ok) return usageError(options.error, surroundings.stderr);
  if (options.value.file === undefined) return wholeMachine(invocation, surroundings);
  const opened = await openPipeline(options.value.file, surroundings);
  if (!opened.ok) return opened.error;
  return onePipeline({ invocation, options: options.value, opened: opened.value, surroundings });
};

async function wholeMachine({ flags }: Invocation, surroundings: Surroundings): Promise<number> {
  const { stdout, env } = surroundings;
  const found = await survey(surroundings);
  const look = { style: styleFor(stdout, env), width: Math.min(stdout.columns ?? 80, 100) };
  stdout.write(
    flags.switches.has('json') ? `${JSON.stringify(found, undefined, 2)}\n` : doctorText(found, look),
  );
  return found.node.isSupported ? exitCode.done : exitCode.missing;
}

interface PipelineRequest {
  readonly invocation: Invocation;
  readonly options: RunOptions;
  readonly opened: OpenedPipeline;
  readonly surroundings: Surroundings;
}

async function onePipeline(request: PipelineRequest): Promise<number> {
  const { options, opened, surroundings } = request;
  const { stderr, env } = surroundings;
  const values = bindValues(opened.pipeline, { params: options.params, env });
  if (!values.ok) {
    printProblems(values.error, { source: opened.source, stream: stderr, style: textStyle(stderr, env) });
    stderr.write(`${countProblems(values.error, opened.source)}\n`);
    return exitCode.mistake;
  }
  const composed = await compose({ ...opened, options, env, onCacheProblem: () => {} });
  if (!composed.ok) return usageError(composed.error, stderr);
  const { backends, newContext } = composed.value;
  const planned = await planJob({
    pipeline: opened.pipeline,
    values: values.value,
    backends,
    context: newContext(),
    defaultBackend: options.backend,
  });
  await closeComposition(composed.value);
  return planned.ok
    ? tellNeeds(planned.value, request)
    : tellProblems(planned.error, { ...request, secrets: values.value.secrets });
}

function tellNeeds(plan: JobPlan, { invocation, opened, surroundings }: PipelineRequest): number {
  const { stdout, env } = surroundings;
  const needs = needsOf(plan);
  const file = opened.source.path;
  stdout.write(
    invocation.flags.switches.has('json')
      ? `${JSON.stringify({ file, ok: true, converters: needs, problems: [] }, undefined, 2)}\n`
      : neededText(needs, { file, style: styleFor(stdout, env) }),
  );
  return exitCode.done;
}

function tellProblems(
  problems: readonly PlanProblem[],
  {
    invocation,
    opened,
    surroundings,
    secrets,
  }: PipelineRequest & { readonly secrets: Readonly<Record<string, string>> },
): number {
  const { stdout, stderr, env } = surroundings;
  const diagnostics = planDiagnostics(problems, createMasker(secrets));
  if (invocation.flags.switches.has('json')) {
    const shown = diagnostics.map(({ message, hint }) => ({
      message,
      ...(hint === undefined ? {} : { hint }),
    }));
    const file = opened.source.path;
    stdout.write(`${JSON.stringify({ file, ok: false, converters: [], problems: shown }, undefined, 2)}\n`);
  } else {
    printProblems(diagnostics, { source: opened.source, stream: stderr, style: textStyle(stderr, env) });
    stderr.write(`${countProblems(diagnostics, opened.source)}; it cannot run here\n`);
  }
  return problemsExitCode(problems);
}
