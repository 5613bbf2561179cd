/**
 * One LibreOffice at work: a process with a private profile and a folder of its own, that does one job after the other.
 * Inputs are copied in, outputs moved out, and answers come as files; the process sees nothing else of the disk.
 */
import { constants } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { findProgram } from '../../programs/find-program.ts';
import type { ProgramLimits } from '../../programs/guard.ts';
import { startWarmProgram } from '../../programs/warm-program.ts';
import type { WarmProgram } from '../../programs/warm-program.ts';
import { jobText } from './libreoffice-job.ts';
import type { OfficeJob } from './libreoffice-job.ts';
import { writeProfile } from './libreoffice-profile.ts';

export interface OfficeWork {
  readonly job: OfficeJob;
  readonly inputPath: string;
  /** What LibreOffice is to call the input: text becomes a sheet of that name. A plain name, see `shownStem`. */
  readonly inputStem: string;
  /** The extension by which LibreOffice is to know the input. */
  readonly inputEnding: string;
  /** `output.pdf`; of many, how their names begin. */
  readonly outputName: string;
  /** Everything that was written comes here. */
  readonly outputDir: string;
  readonly signal: AbortSignal;
  readonly about: string;
}

/** Memory leaks a little with every document. */
const maxJobs = 200;
const startLimits: Partial<ProgramLimits> = { timeoutMs: 90_000 };

export class OfficeProcess {
  readonly #folder: string;
  readonly #program: WarmProgram;
  #jobs = 0;

  private constructor(folder: string, program: WarmProgram) {
    this.#folder = folder;
    this.#program = program;
  }

  /** Ready for its first job when it settles. */
  static async start(first: {
    readonly signal: AbortSignal;
    readonly about: string;
  }): Promise<Result<OfficeProcess, Failure>> {
    const folder = await newFolder();
    const jobsDir = path.join(folder, 'jobs');
    const profileDir = path.join(folder, 'profile');
    await mkdir(jobsDir);
    await writeProfile(profileDir, { jobsDir, program: findProgram('libreoffice') ?? 'soffice' });
    const started = await startWarmProgram({
      program: 'libreoffice',
      args: officeArgs(profileDir),
      workDir: folder,
      // Nothing of a screen, even where there is one.
      env: { SAL_USE_VCLPLUGIN: 'svp' },
      cleanUp: () => removeFolder(folder),
    });
    if (!started.ok) {
      await removeFolder(folder);
      return started;
    }
    const office = new OfficeProcess(folder, started.value);
    const job = { ...first, limits: startLimits };
    const ready = await started.value.work(job, () => readAnswer(path.join(jobsDir, 'ready')));
    if (ready.ok) return ok(office);
    await office.stop();
    return ready;
  }

  get isUsable(): boolean {
    return this.#program.isAlive() && this.#jobs < maxJobs;
  }

  /** It has worked before: what goes wrong now may be a consequence of that. */
  get isUsed(): boolean {
    return this.#jobs > 1;
  }

  /** The answer's lines, when the outputs are where they belong. */
  async run(work: OfficeWork): Promise<Result<readonly string[], Failure>> {
    this.#jobs += 1;
    const jobs = path.join(this.#folder, 'jobs');
    const number = String(this.#jobs);
    const dir = path.join(jobs, `work-${number}`);
    const outputDir = path.join(dir, 'out');
    await mkdir(outputDir, { recursive: true });
    const source = path.join(dir, `${work.inputStem}.${work.inputEnding}`);
    // A copy, not a link: the original is out of its reach.
    await copyFile(work.inputPath, source, constants.COPYFILE_FICLONE);
    const target = path.join(outputDir, work.outputName);
    const text = jobText(work.job, {
      source: pathToFileURL(source).href,
      target: pathToFileURL(target).href,
    });
    await writeFile(path.join(dir, 'job'), text);
    await rename(path.join(dir, 'job'), path.join(jobs, `${number}.job`));
    const answer = await this.#program.work(work, () => readAnswer(path.join(jobs, `${number}.done`)));
    if (answer.ok) await moveAll(outputDir, work.outputDir);
    await Promise.all([
      rm(dir, { recursive: true, force: true }),
      rm(path.join(jobs, `${number}.job`), { force: true }),
      rm(path.join(jobs, `${number}.done`), { force: true }),
    ]);
    return answer.ok ? ok(answer.value.split('\n')) : answer;
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }
}

/** Pure. */
const officeArgs = (profileDir: string): readonly string[] => [
  `-env:UserInstallation=${pathToFileURL(profileDir).href}`,
  '--headless',
  '--norestore',
  '--nologo',
  '--nolockcheck',
  '--nodefault',
  'macro:///Standard.Serve.Main',
];

async function readAnswer(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Plain files only: a link could lead anywhere. */
async function moveAll(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => moveFile(path.join(from, name), path.join(to, name))),
  );
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch {
    // Another file system.
    await cp(from, to);
  }
}

const prefix = 'pipeline-office-';

/** Named after our process, so that the next one knows whose are left over. */
async function newFolder(): Promise<string> {
  await removeLeftOvers();
  return mkdtemp(path.join(tmpdir(), `${prefix}${process.pid}-`));
}

let leftOvers: Promise<void> | undefined;

/** Once: what a killed run could not remove. */
function removeLeftOvers(): Promise<void> {
  leftOvers ??= lookForLeftOvers();
  return leftOvers;
}

async function lookForLeftOvers(): Promise<void> {
  const names = await readdir(tmpdir());
  const gone = names.filter((name) => {
    const pid = name.startsWith(prefix) ? Number(/\d+/.exec(name)?.[0]) : Number.NaN;
    return Number.isInteger(pid) && !isRunning(pid);
  });
  await Promise.all(gone.map((name) => removeFolder(path.join(tmpdir(), name))));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}
