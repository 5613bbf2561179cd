/**
 * `pipeline retry`: an earlier run again, with the same file, params and flags; all of it, or what failed and what
 * comes after that. Secrets come from the environment again.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { eventsOf, type PastRun, type PlanProblem, readRuns } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { exitCode } from '../exit-code.ts';
import { findRun, shortId } from '../history/find-run.ts';
import { pendingOf } from '../history/pending.ts';
import { flagsAgain } from '../history/run-call.ts';
import { stateText } from '../history/runs-text.ts';
import { type StateFolder, stateFolder } from '../history/state-folder.ts';
import type { FlagValues, Invocation, UsageError } from '../parse-arguments.ts';
import { printable } from '../reporters/printable.ts';
import { type RunOptions, readRunOptions } from '../run-options.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';
import { runPipeline } from './run.ts';

export const retry: Command = async ({ arguments: [named = 'last'], flags }, surroundings) => {
  const { stderr } = surroundings;
  const state = stateFolder(surroundings.cwd);
  const found = findRun(readRuns(state.runs), named);
  if (!found.ok) return usageError(found.error, stderr);
  const run = found.value;
  const call = callAgain(run, { flags, state, surroundings });
  if (!call.ok) return usageError(call.error, stderr);
  const options = await readRunOptions(call.value.invocation, call.value.surroundings.cwd);
  if (!options.ok) return usageError(options.error, stderr);
  const again = { ...options.value, params: { ...run.header.params, ...options.value.params } };
  if (!flags.switches.has('failed')) return runPipeline({ ...call.value, options: again });
  return retryFailed(run, { ...call.value, options: again });
};

interface Call {
  readonly invocation: Invocation;
  /** Seen from the folder in which that run was started. */
  readonly surroundings: Surroundings;
}

interface Given {
  readonly flags: FlagValues;
  readonly state: StateFolder;
  readonly surroundings: Surroundings;
}

function callAgain(run: PastRun, { flags, state, surroundings }: Given): Result<Call, UsageError> {
  const { header } = run;
  if (header.file === null) {
    return err({
      message: `the pipeline of run ${shortId(run)} came from standard input, and is not kept`,
      hint: 'give it again: pipeline run - < file',
    });
  }
  const given = (flags.lists.get('param') ?? []).map((text) => text.split('=')[0]);
  const lost = header.masked.find((name) => !given.includes(name));
  if (lost !== undefined) {
    return err({
      message: `the param "${lost}" of run ${shortId(run)} held a secret, and is not kept`,
      hint: `give it again: pipeline retry ${shortId(run)} -p ${lost}=…`,
    });
  }
  const cwd = path.join(state.root, header.cwd);
  const file = path.relative(cwd, path.join(state.root, header.file));
  const own = [...flags.switches].filter((name) => name !== 'failed');
  const again = flagsAgain(header, { ...flags, switches: new Set(own) });
  const params = flags.lists.get('param');
  if (!existsSync(cwd)) {
    return err({
      message: `the folder ${header.cwd} that run ${shortId(run)} was started in does not exist any more`,
      hint: 'pipeline runs lists other runs',
    });
  }
  // As whoever reads a command in the summary would have to give it, from the folder of the shell.
  const place = path.join(flags.values.get('cwd') ?? '.', path.relative(surroundings.cwd, cwd));
  const { cwd: _, ...values } = Object.fromEntries(again.values);
  return ok({
    invocation: {
      command: 'run',
      arguments: [file],
      flags: {
        ...again,
        values: new Map(Object.entries(place === '.' ? values : { ...values, cwd: place })),
        lists: params === undefined ? again.lists : new Map([...again.lists, ['param', params]]),
      },
    },
    surroundings: { ...surroundings, cwd },
  });
}

interface FailedRequest extends Call {
  readonly options: RunOptions;
}

async function retryFailed(run: PastRun, request: FailedRequest): Promise<number> {
  const { stderr } = request.surroundings;
  if (run.state === 'running') {
    const message = `run ${shortId(run)} is still running, in process ${run.header.pid}`;
    return usageError({ message, hint: 'wait for its end, or stop it' }, stderr);
  }
  const from = pendingOf(eventsOf(readFileSync(run.file, 'utf8')));
  if (from.length === 0) {
    stderr.write(`nothing to retry: run ${shortId(run)} ${stateText(run.state)} with nothing left to do\n`);
    return exitCode.done;
  }
  const options = { ...request.options, select: { ...request.options.select, from } };
  const amend = dropping(options, request.surroundings);
  return runPipeline({ ...request, options, amend });
}

/** What is not there any more is named, and the rest is run. */
function dropping(
  options: RunOptions,
  { stderr }: Surroundings,
): (problems: readonly PlanProblem[]) => RunOptions | undefined {
  let { from } = options.select;
  return (problems) => {
    const gone = problems.flatMap(({ selector }) => selector ?? []).filter((text) => from.includes(text));
    if (gone.length === 0) return undefined;
    for (const text of gone) stderr.write(`pipeline: ${printable(text)} does not exist any more\n`);
    from = from.filter((text) => !gone.includes(text));
    if (from.length > 0) return { ...options, select: { ...options.select, from } };
    stderr.write('pipeline: nothing that failed then is still there\n');
    return undefined;
  };
}
