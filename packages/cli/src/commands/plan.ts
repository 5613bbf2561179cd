/** `pipeline plan`, and `pipeline run --dry-run`: what a run would do, and why. It plans as a run does, and stops there. */
import { exitCode } from '../exit-code.ts';
import { lookOf } from '../inspect/look.ts';
import { maskedJson } from '../inspect/masked-json.ts';
import { planJson } from '../inspect/plan-json.ts';
import { planText } from '../inspect/plan-text.ts';
import { predictRun } from '../inspect/predict-run.ts';
import { readRunOptions } from '../run-options.ts';
import type { Command } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

export const plan: Command = async (invocation, surroundings) => {
  const options = await readRunOptions(invocation, surroundings.cwd);
  if (!options.ok) return usageError(options.error, surroundings.stderr);
  return predictRun(
    { options: options.value, flags: invocation.flags, surroundings },
    ({ prediction, plan, prepared: { masker } }) => {
      surroundings.stdout.write(
        invocation.flags.switches.has('json')
          ? maskedJson(planJson(prediction, plan), masker)
          : masker.text(planText(prediction, plan, lookOf(invocation, surroundings))),
      );
      return exitCode.done;
    },
  );
};
