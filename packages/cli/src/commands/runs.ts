/** `pipeline runs`: the runs of this project, or one of them; it only reads. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eventsOf, type PastRun, type PastRuns, readRuns } from '@pipeline/engine';
import { exitCode } from '../exit-code.ts';
import { findRun } from '../history/find-run.ts';
import { pendingOf } from '../history/pending.ts';
import { runText } from '../history/run-text.ts';
import { faultText, runJson, runsTable } from '../history/runs-text.ts';
import { stateFolder } from '../history/state-folder.ts';
import { shortPath } from '../read-pipeline.ts';
import { printable } from '../reporters/printable.ts';
import { styleFor } from '../reporters/terminal-style.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

const widthOfFiles = 120;

export const runs: Command = async ({ arguments: [named], flags }, surroundings) => {
  const { cwd, stdout, stderr } = surroundings;
  const { runs: dir } = stateFolder(cwd);
  const past = readRuns(dir);
  const isJson = flags.switches.has('json');
  if (named === undefined) {
    tellUnreadable(past, surroundings);
    stdout.write(isJson ? listJson(past) : listText(past, surroundings));
    return exitCode.done;
  }
  const found = findRun(past, named);
  if (!found.ok) return usageError(found.error, stderr);
  stdout.write(isJson ? oneJson(found.value) : oneText(found.value, { past, flags, surroundings }));
  return exitCode.done;
};

function listText({ runs: all }: PastRuns, { stdout, stderr, env }: Surroundings): string {
  if (all.length === 0) {
    stderr.write('no run of this project is known yet\n');
    return '';
  }
  const style = styleFor(stdout, env);
  return runsTable(all, { style, width: stdout.columns ?? widthOfFiles, now: Date.now() });
}

function listJson({ runs: all, unreadable }: PastRuns): string {
  const faults = unreadable.map((run) => ({ journal: run.file, reason: faultText(run) }));
  return `${JSON.stringify({ runs: all.map(runJson), unreadable: faults }, undefined, 2)}\n`;
}

interface OneRequest {
  readonly past: PastRuns;
  readonly flags: Parameters<Command>[0]['flags'];
  readonly surroundings: Surroundings;
}

function oneText(run: PastRun, { past, flags, surroundings }: OneRequest): string {
  const { stdout, env } = surroundings;
  return runText(run, eventsOf(readFileSync(run.file, 'utf8')), {
    style: styleFor(stdout, env),
    stream: stdout,
    isVerbose: flags.switches.has('verbose'),
    isLast: run === past.runs[0],
  });
}

/** With every event of it, as they were. */
function oneJson(run: PastRun): string {
  const events = [...eventsOf(readFileSync(run.file, 'utf8'))];
  return `${JSON.stringify({ ...runJson(run), pending: pendingOf(events), events }, undefined, 2)}\n`;
}

function tellUnreadable({ unreadable }: PastRuns, { cwd, stderr }: Surroundings): void {
  for (const run of unreadable)
    stderr.write(
      `pipeline: ${printable(shortPath(cwd, path.resolve(run.file)))} tells nothing: ${faultText(run)}\n`,
    );
}
