/**
 * The journal of one run of the command line: what is written of how it was called, and what people are told of it.
 * How a journal is written is not known here.
 */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { type Journal, openJournal, type RunContext } from '@pipeline/engine';
import { ioReason } from '../io-reason.ts';
import type { Invocation } from '../parse-arguments.ts';
import type { PreparedRun } from '../prepare-run.ts';
import { shortPath } from '../read-pipeline.ts';
import type { Surroundings } from '../surroundings.ts';
import { runCall } from './run-call.ts';
import { stateFolder, stateFolderOf } from './state-folder.ts';

export interface RunFacts {
  readonly invocation: Invocation;
  readonly prepared: PreparedRun;
  readonly surroundings: Pick<Surroundings, 'cwd' | 'version'>;
}

export function openRunJournal(
  { jobId, startedAt }: Pick<RunContext, 'jobId' | 'startedAt'>,
  { invocation, prepared, surroundings }: RunFacts,
): Journal {
  const { opened, options, masker } = prepared;
  const root = rootOf(prepared);
  const { version } = surroundings;
  const cwd = realpathSync(surroundings.cwd);
  const place = { ...opened, baseDir: realpathSync(opened.baseDir) };
  const call = runCall({ invocation, options, opened: place, root, cwd, jobId, version, masker });
  return openJournal({ dir: stateFolderOf(root).runs, call, startedAt, mask: masker.event });
}

/** The command that runs all that failed again; undefined when there is nothing that it could go by. */
export function retryFailed(journal: Journal, facts: RunFacts): readonly string[] | undefined {
  const { invocation, prepared, surroundings } = facts;
  if (!journal.isWritten() || journal.problem() !== undefined) return undefined;
  if (prepared.opened.source.path === '<stdin>') return undefined;
  const command = ['pipeline', 'retry', '--failed'];
  const root = rootOf(prepared);
  const given = invocation.flags.values.get('cwd');
  if (realpathSync(stateFolder(surroundings.cwd).root) === root)
    return given === undefined ? command : [...command, '-C', given];
  return given === undefined ? [...command, '-C', shortPath(surroundings.cwd, root)] : undefined;
}

/** Once, when the run is over: a history that cannot be kept fails no run. */
export function tellJournalProblem(journal: Journal, { stderr }: Pick<Surroundings, 'stderr'>): void {
  const problem = journal.problem();
  if (problem === undefined) return;
  stderr.write(
    `pipeline: no history is kept of this run, as .pipeline cannot be written: ${ioReason(problem)}\n`,
  );
}

const rootOf = ({ composition }: PreparedRun): string => path.dirname(path.dirname(composition.workDir));
