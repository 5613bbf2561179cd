/** `pipeline plan`, and `pipeline run --dry-run`: what a run would do, and why. It plans as a run does, and stops there. */
import { predictJob } from '@pipeline/engine';
import { closeComposition } from '../compose.ts';
import { exitCode } from '../exit-code.ts';
import { openPast } from '../inspect/known-past.ts';
import { maskedJson } from '../inspect/masked-json.ts';
import { planJson } from '../inspect/plan-json.ts';
import { type PlanLook, planText } from '../inspect/plan-text.ts';
import { openPipeline } from '../open-pipeline.ts';
import type { Invocation } from '../parse-arguments.ts';
import { tellPlanProblems } from '../plan-problems.ts';
import { prepareRun } from '../prepare-run.ts';
import { styleFor } from '../reporters/terminal-style.ts';
import { readRunOptions } from '../run-options.ts';
import { planOnce } from '../run-once.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

const consequence = '; nothing ran';

export const plan: Command = async (invocation, surroundings) => {
  const options = await readRunOptions(invocation, surroundings.cwd);
  if (!options.ok) return usageError(options.error, surroundings.stderr);
  const opened = await openPipeline(options.value.file, surroundings, consequence);
  if (!opened.ok) return opened.error;
  const request = { options: options.value, opened: opened.value, surroundings, consequence };
  const prepared = await prepareRun(request);
  if (!prepared.ok) return prepared.error;
  const { masker, composition } = prepared.value;
  try {
    const planned = await planOnce(prepared.value);
    if (!planned.ok) return tellPlanProblems(planned.error, { ...request, masker });
    const prediction = await predictJob(planned.value, openPast());
    surroundings.stdout.write(
      invocation.flags.switches.has('json')
        ? maskedJson(planJson(prediction, planned.value), masker)
        : masker.text(planText(prediction, planned.value, lookOf(invocation, surroundings))),
    );
    return exitCode.done;
  } finally {
    await closeComposition(composition);
  }
};

function lookOf({ flags }: Invocation, { stdout, env }: Surroundings): PlanLook {
  const verbosity = flags.switches.has('quiet')
    ? 'quiet'
    : flags.switches.has('verbose')
      ? 'verbose'
      : 'normal';
  const width = stdout.isTTY === true ? Math.max(20, stdout.columns ?? 80) : Infinity;
  return { style: styleFor(stdout, env), width, verbosity };
}
