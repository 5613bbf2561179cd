/**
 * `command`: ffmpeg, ImageMagick or GraphicsMagick with arguments of the user's own. Files stand under
 * `/input/<task>/<name>`, what is written under `/output/` flows on. No shell, no network, nothing else to read: the
 * program sees its input and the system's programs. What the arguments mean, only the program knows.
 */
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type {
  ActionPlan,
  ActionRequest,
  Failure,
  Operation,
  OperationContext,
  OperationResult,
  OutputFile,
} from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { commandsOfEngine, err, ok, splitArguments } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import { placeInputs } from './command-inputs.ts';
import { satisfiesVersion } from '../routes/engine-version.ts';
import { findCommand, findProgram, programVersion } from '../programs/find-program.ts';
import type { ProgramName } from '../programs/program-table.ts';
import { missingProgram, programFailed, runProgram } from '../programs/run-program.ts';
import type { ProgramCall } from '../programs/run-program.ts';
import { canMount } from '../programs/sandbox.ts';
import { flagOption, textOption } from '../read-options.ts';

export const command: Operation = { plan, run };

/** What `capture_output` keeps of each stream. */
const keptBytes: number = 2 ** 20;

interface Chosen {
  readonly program: ProgramName;
  /** On this machine. */
  readonly command: string;
  readonly args: readonly string[];
  readonly converter: { readonly name: string; readonly version: string };
}

async function plan({ options, inputs }: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const chosen = await choose(options);
  if (!chosen.ok) return chosen;
  const { converter, program, command: name } = chosen.value;
  const made = await madeBy({
    name: converter.name,
    version: async () => converter.version,
    needs: [{ type: 'program', name: program }],
    // Arguments may draw text; another command of the same program may lie elsewhere.
    uses: () => [{ type: 'fonts' }, { type: 'command', name }],
  });
  // The inputs lie in folders of these names.
  const tasks = [...new Set(inputs.map(({ task }) => task))].join(', ');
  return ok({ ...made, basis: { ...made.basis, 'tasks of the inputs': tasks } });
}

async function choose(options: JsonObject): Promise<Result<Chosen, Failure>> {
  const engine = textOption(options, 'engine') ?? '';
  const name = textOption(options, 'command') ?? '';
  if (commandsOfEngine[engine]?.includes(name) !== true) {
    const known = (commandsOfEngine[engine] ?? []).join(', ');
    return err(
      invalid(`"${name}" is not a program of the engine "${engine}"`, `Its programs are: ${known}.`),
    );
  }
  const given = argumentsOf(options);
  if (!given.ok) return given;
  const program = programOf(engine, name);
  const found = commandOf(program, name);
  if (found === undefined) return err(missingProgram(program));
  const version = (await programVersion(program)) ?? 'unknown';
  const wanted = textOption(options, 'engine_version');
  if (wanted !== undefined && satisfiesVersion(version, wanted) !== true) {
    return err(
      invalid(
        `engine_version ${wanted} is not here: there is ${engine} ${version}`,
        'Leave `engine_version` out.',
      ),
    );
  }
  return ok({
    program,
    command: found.command,
    args: [...found.args, ...given.value],
    converter: { name: engine, version },
  });
}

const invalid = (message: string, hint: string): Failure =>
  failure('unsupported', message, { code: 'INVALID_OPTION', hint });

/** A text that the language has not split yet: a job that came by another way. */
function argumentsOf({ arguments: given }: JsonObject): Result<readonly string[], Failure> {
  if (Array.isArray(given))
    return ok(
      given.flatMap((item) => (typeof item === 'string' || typeof item === 'number' ? [String(item)] : [])),
    );
  const split = splitArguments(typeof given === 'string' ? given : '');
  return split.ok
    ? split
    : err(invalid(`"arguments" ${split.error}`, 'Close it, or write the arguments as a list.'));
}

const programs: Readonly<Record<string, ProgramName>> = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffprobe',
  gm: 'graphicsmagick',
};
const programOf = (_engine: string, name: string): ProgramName => programs[name] ?? 'imagemagick';

/** ImageMagick 7 is one program for all; 6 has one for each, under names that Debian gives them. */
function commandOf(
  program: ProgramName,
  name: string,
): { command: string; args: readonly string[] } | undefined {
  const found = findProgram(program);
  if (found === undefined) return undefined;
  if (name === 'ffmpeg') return { command: 'ffmpeg', args: ['-nostdin'] };
  if (program !== 'imagemagick') return { command: path.basename(found), args: [] };
  const base = path.basename(found);
  if (/^magick(\.exe)?$/.test(base))
    return { command: 'magick', args: name === 'identify' ? ['identify'] : [] };
  const command = base.replace('convert', name);
  return findCommand(command) === undefined ? undefined : { command, args: [] };
}

async function run(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const chosen = await choose(request.options);
  if (!chosen.ok) return chosen;
  const { workDir, signal } = context;
  const outputDir = path.join(workDir, 'output');
  const inputDir = path.join(workDir, 'input');
  const isMounted = await canMount();
  await Promise.all([mkdir(outputDir), mkdir(inputDir)]);
  const placed = await placeInputs(request.inputs, { inputDir, isMounted });
  if (!placed.ok) return placed;
  const { args } = chosen.value;
  const call: ProgramCall = {
    program: chosen.value.program,
    command: chosen.value.command,
    args: isMounted ? args : args.map((argument) => withRealPaths(argument, workDir)),
    workDir,
    reads: request.inputs.map((input) => input.path),
    ...(isMounted ? { mounts: mountsOf({ inputDir, outputDir }) } : {}),
    keepStdoutBytes: keptBytes,
    signal,
    onStderr: progressOf(context),
    about: request.task.name,
  };
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  const { exitCode, stdout, stderr } = ran.value;
  if (exitCode !== 0) return err(programFailed(call, ran.value, `it ended with code ${exitCode}`));
  return ok({
    outputs: await filesBelow(outputDir),
    converter: chosen.value.converter,
    ...(flagOption(request.options, 'capture_output')
      ? { result: { output: captured(stdout, stderr) } }
      : {}),
  });
}

const mountsOf = ({ inputDir, outputDir }: { readonly inputDir: string; readonly outputDir: string }) => [
  { from: inputDir, at: '/input', isWritable: false },
  { from: outputDir, at: '/output', isWritable: true },
];

/** Without a sandbox that can show folders under other names, the arguments name the real ones. Pure. */
export function withRealPaths(argument: string, workDir: string): string {
  return argument.replaceAll(
    /(^|[=:,;|'"\s(@[])\/(input|output)(?=\/|$)/g,
    (_, before: string, folder: string) => `${before}${path.join(workDir, folder)}`,
  );
}

/** ffmpeg says first how long its input is, and then how far it came. */
function progressOf({ progress }: OperationContext): (line: string) => void {
  let whole = 0;
  return (line) => {
    const duration = /^\s*Duration: (\d+):(\d+):([\d.]+)/.exec(line);
    if (duration !== null && whole === 0) whole = secondsOf(duration);
    const time = /\btime=(\d+):(\d+):([\d.]+)/.exec(line);
    if (time !== null && whole > 0) progress(Math.min(100, (secondsOf(time) / whole) * 100));
  };
}

const secondsOf = ([, hours = '0', minutes = '0', seconds = '0']: readonly string[]): number =>
  Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);

/** What a terminal would show in the end: of lines that were written over each other, the last. */
function captured(stdout: string, stderr: string): string {
  const shown = stderr.split('\n').map((line) => line.split('\r').findLast((part) => part !== '') ?? '');
  return [stdout, shown.join('\n')].filter((text) => text.trim() !== '').join('\n');
}

/** Plain files only: a link could lead anywhere. */
async function filesBelow(root: string): Promise<readonly OutputFile[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }))
    .map((file) => {
      const place = path.relative(root, file).split(path.sep);
      return { dir: place.slice(0, -1).join('/'), name: place.at(-1) ?? '', path: file };
    });
}
