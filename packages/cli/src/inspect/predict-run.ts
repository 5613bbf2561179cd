/** What `plan` and `explain` begin with: the pipeline opened, bound and planned as a run does it, and what that would do. */
import type { JobPlan, KnownPast, Prediction } from '@pipeline/engine';
import { predictJob } from '@pipeline/engine';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { closeBackends, closeComposition } from '../compose.ts';
import { openPipeline } from '../open-pipeline.ts';
import type { FlagValues } from '../parse-arguments.ts';
import { tellPlanProblems } from '../plan-problems.ts';
import { type PreparedRun, prepareRun } from '../prepare-run.ts';
import type { RunOptions } from '../run-options.ts';
import { planOnce } from '../run-once.ts';
import type { Surroundings } from '../surroundings.ts';
import { openPast } from './known-past.ts';

export interface PredictedRun {
  readonly prepared: PreparedRun;
  readonly plan: JobPlan;
  readonly prediction: Prediction;
  readonly past: KnownPast;
}

export interface PredictionRequest {
  readonly options: RunOptions;
  readonly flags: FlagValues;
  readonly surroundings: Surroundings;
}

const consequence = '; nothing ran';

/** The exit code: that of `show`, or of the mistakes, which have been told. */
export async function predictRun(
  { options, flags, surroundings }: PredictionRequest,
  show: (predicted: PredictedRun) => number | Promise<number>,
): Promise<number> {
  const opened = await openPipeline(options.file, surroundings, consequence);
  if (!opened.ok) return opened.error;
  const request = { options, opened: opened.value, surroundings, consequence };
  const prepared = await prepareRun(request);
  if (!prepared.ok) return prepared.error;
  const { masker, composition } = prepared.value;
  try {
    const planned = await planOnce(prepared.value);
    if (!planned.ok) return tellPlanProblems(planned.error, { ...request, masker });
    const past = openPast(prepared.value, { cwd: surroundings.cwd, flags });
    const prediction = await predictJob(planned.value, past);
    return await show({ prepared: prepared.value, plan: planned.value, prediction, past });
  } finally {
    if (isCacheThere(options, composition.workDir)) await closeComposition(composition);
    else await closeBackends(composition.backends);
  }
}

/** Who only looks makes no cache; where there is one, the hashes that were computed are worth keeping. */
function isCacheThere({ cache }: RunOptions, workDir: string): boolean {
  return existsSync(cache.dir ?? path.join(path.dirname(workDir), 'cache'));
}
