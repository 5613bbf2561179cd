/** `pipeline init`: a first pipeline file, from the files of the folder or from a CloudConvert job. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text as readStream } from 'node:stream/consumers';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { checkPipeline } from '../check-pipeline.ts';
import { exitCode } from '../exit-code.ts';
import { ioReason } from '../io-reason.ts';
import type { UsageError } from '../parse-arguments.ts';
import { countProblems, counted, printProblems } from '../print-problems.ts';
import { importJob } from '../starter/import-job.ts';
import { resultFolder, starterPipeline } from '../starter/starter-pipeline.ts';
import { surveyFolder } from '../starter/survey-folder.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { textStyle } from '../text-style.ts';
import { usageError } from '../usage-error.ts';

const defaultName = 'pipeline.yaml';

export const init: Command = async ({ arguments: [named = defaultName], flags }, surroundings) => {
  const { cwd, stdout, stderr } = surroundings;
  const job = flags.values.get('from');
  const text =
    job === undefined
      ? ok(starter(path.dirname(path.resolve(cwd, named))))
      : await readJob(job, surroundings);
  if (!text.ok) return usageError(text.error, stderr);
  if (named === '-') {
    stdout.write(text.value);
    return exitCode.done;
  }
  if (!/\.ya?ml$/.test(named)) {
    return usageError(
      { message: `${named} would hold YAML`, hint: 'give a name that ends in .yaml' },
      stderr,
    );
  }
  const written = await write(path.resolve(cwd, named), text.value, flags.switches.has('force'));
  if (!written.ok) return usageError(written.error, stderr);
  return report({ path: named, text: text.value }, surroundings);
};

function starter(folder: string): string {
  return starterPipeline(path.basename(folder) || 'files', surveyFolder(folder, resultFolder));
}

async function readJob(file: string, { cwd, stdin }: Surroundings): Promise<Result<string, UsageError>> {
  try {
    const text = file === '-' ? await readStream(stdin()) : await readFile(path.resolve(cwd, file), 'utf8');
    return importJob(text, file === '-' ? '<stdin>' : file);
  } catch (error) {
    return err({
      message: `${file} cannot be read`,
      hint: ioReason(error),
    });
  }
}

async function write(file: string, text: string, isForced: boolean): Promise<Result<undefined, UsageError>> {
  const name = path.basename(file);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    // `wx` fails when the file is there: nothing can slip in between a check and the write.
    await writeFile(file, text, { flag: isForced ? 'w' : 'wx' });
    return ok(undefined);
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (isThere)
      return err({ message: `${name} is there already`, hint: 'pipeline init --force replaces it' });
    return err({
      message: `${name} cannot be written`,
      hint: ioReason(error),
    });
  }
}

/** An imported job may have mistakes; the file is there then, and can be mended. */
function report(source: { path: string; text: string }, { stderr, env }: Surroundings): number {
  const checked = checkPipeline(source);
  const problems = checked.ok ? checked.value.warnings : checked.error;
  printProblems(problems, { source, stream: stderr, style: textStyle(stderr, env) });
  if (!checked.ok) {
    stderr.write(`wrote ${source.path}, but it cannot run yet: ${countProblems(problems, source)}\n`);
    return exitCode.mistake;
  }
  const tasks = counted(checked.value.pipeline.tasks.size, 'task');
  const file = source.path === defaultName ? '' : ` ${source.path}`;
  stderr.write(`wrote ${source.path}: ${tasks}. Run it: pipeline run${file}
`);
  return exitCode.done;
}
