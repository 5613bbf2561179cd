/**
 * Scripts that test the real command: commands, what they must print, and the files that they work on, in one text.
 *
 *     # What this shows.
 *     env NAME=value               for the commands below
 *     $ pipeline validate          in a new folder that holds the files
 *     1> a line of standard output
 *     2> a line of standard error
 *     exit 2                       default: 0
 *     -- pipeline.yaml --          a file, up to the next such line
 *
 * Output is compared whole. A line `...` stands for any lines, `[..]` inside a line for any text. Built in besides
 * `pipeline`: `ls folder` (all files below), `cat file`, `cp @repository/path to`, `mkdir`, `rm`, `chmod mode file`.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const bin: string = path.join(repository, 'packages/cli/bin/pipeline.js');

export interface Script {
  readonly steps: readonly Step[];
  readonly files: ReadonlyMap<string, string>;
}

export interface Step {
  /** Comments and empty lines above it, kept for rewriting. */
  readonly above: readonly string[];
  /** `env A=b` or `$ pipeline …`, as written. */
  readonly line: string;
  readonly expected: readonly string[];
}

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const fileLine = /^-- (.+) --$/;

export function parseScript(text: string): Script {
  const [head = '', ...rest] = text.split(/^(?=-- .+ --$)/m);
  const files = new Map<string, string>();
  for (const part of rest) {
    const [first = '', ...lines] = part.split('\n');
    files.set(fileLine.exec(first)?.[1] ?? '', lines.join('\n'));
  }
  const steps: Step[] = [];
  let above: string[] = [];
  let current: { line: string; expected: string[] } | undefined;
  for (const line of head.replace(/\n+$/, '').split('\n')) {
    if (line.startsWith('$ ') || line.startsWith('env ')) {
      current = { line, expected: [] };
      steps.push({ above, ...current });
      above = [];
    } else if (line === '' || line.startsWith('#')) {
      above.push(line);
    } else if (/^(1>|2>|exit |\.\.\.)/.test(line) && current !== undefined && above.length === 0) {
      current.expected.push(line);
    } else throw new Error(`not a line of a script: ${line}`);
  }
  return { steps, files };
}

export function printScript(head: readonly Step[], text: string): string {
  const lines = head.flatMap(({ above, line, expected }) => [...above, line, ...expected]);
  const files = /^-- .+ --$/m.exec(text)?.index;
  return `${lines.join('\n')}\n${files === undefined ? '' : `\n${text.slice(files)}`}`;
}

export function writeFiles(script: Script, folder: string): void {
  for (const [name, content] of script.files) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** What a command printed, in the form in which scripts expect it. */
export function shownOutcome({ stdout, stderr, code }: Outcome, folder: string): readonly string[] {
  const lines = (mark: string, text: string): readonly string[] =>
    normal(text, folder)
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${mark} ${line}`.trimEnd());
  return [
    ...(stdout === '' ? [] : lines('1>', stdout)),
    ...(stderr === '' ? [] : lines('2>', stderr)),
    ...(code === 0 ? [] : [`exit ${code}`]),
  ];
}

/** Beside the working folder, so that nothing a command leaves there is taken for its result. */
function temporaryOf(folder: string): string {
  return path.join(path.dirname(folder), 'tmp');
}

/** A new folder to work in; remove its parent when done. */
export function createWorkFolder(): string {
  const base = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'pipeline-cli-')));
  const work = path.join(base, 'work');
  mkdirSync(work);
  mkdirSync(temporaryOf(work));
  return work;
}

export function removeWorkFolder(folder: string): void {
  rmSync(path.dirname(folder), { recursive: true, force: true });
}

/** What differs from run to run or from machine to machine. */
function normal(text: string, folder: string): string {
  return (
    text
      .replaceAll(folder, '$WORK')
      .replaceAll(temporaryOf(folder), '$TMP')
      .replaceAll(repository, '$REPOSITORY')
      .replaceAll(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/g, '<id>')
      // Only said of actions that took long: on a busy machine.
      .replaceAll(/^ {2}slowest: .*\n(?: {4}.*\n)*/gm, '')
      .replaceAll(/ *\b\d+:\d\d\.\d\b/g, ' <time>')
      .replaceAll(/ *\b\d+(?:\.\d+)? (?:ms|s)\b/g, ' <time>')
  );
}

/** The expected lines, with their wildcards, as one pattern over the whole. */
export function matches(expected: readonly string[], actual: readonly string[]): boolean {
  const pattern = expected.map((line) => {
    if (/^([12]> )?\.\.\.$/.test(line)) return '(?:[^\\n]*\\n)*?';
    const pieces = line.split('[..]').map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return `${pieces.join('[^\\n]*')}\\n`;
  });
  return new RegExp(`^${pattern.join('')}$`).test(actual.map((line) => `${line}\n`).join(''));
}

export async function runStep(
  line: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const [command = '', input] = line.slice(2).split(' < ');
  const [name = '', ...args] = words(command);
  if (name === 'pipeline') {
    const stdin = input === undefined ? '' : readFileSync(path.join(folder, input.trim()), 'utf8');
    return runCommand(args, { cwd: folder, env, stdin });
  }
  const builtIn = Object.hasOwn(builtIns, name) ? builtIns[name] : undefined;
  if (builtIn === undefined) throw new Error(`scripts have no command ${name}`);
  return { stdout: builtIn(args, folder), stderr: '', code: 0 };
}

function words(command: string): readonly string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );
}

const builtIns: Readonly<Record<string, (args: readonly string[], folder: string) => string>> = {
  ls: ([dir = '.'], folder) =>
    readdirSync(path.join(folder, dir), { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => `${path.relative(path.join(folder, dir), path.join(entry.parentPath, entry.name))}\n`)
      .sort()
      .join(''),
  cat: ([file = ''], folder) => readFileSync(path.join(folder, file), 'utf8'),
  cp: ([from = '', to = ''], folder) => {
    const source = from.startsWith('@') ? path.join(repository, from.slice(1)) : path.join(folder, from);
    cpSync(source, path.join(folder, to), { recursive: true });
    return '';
  },
  mkdir: ([dir = ''], folder) => {
    mkdirSync(path.join(folder, dir), { recursive: true });
    return '';
  },
  rm: ([file = ''], folder) => {
    rmSync(path.join(folder, file), { recursive: true });
    return '';
  },
  chmod: ([mode = '', file = ''], folder) => {
    chmodSync(path.join(folder, file), Number.parseInt(mode, 8));
    return '';
  },
};

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** No variable of the machine that runs the tests reaches the command, but the way to programs. */
export function cleanEnvironment(folder: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    // The same on every machine: only what comes along.
    PIPELINE_PROGRAMS_PATH: '',
    PIPELINE_WITHOUT_PACKS: 'office',
    HOME: folder,
    TMPDIR: temporaryOf(folder),
    LANG: 'C.UTF-8',
  };
}

export function runCommand(args: readonly string[], options: CommandOptions): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: { ...cleanEnvironment(options.cwd), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  return new Promise((resolve, reject) => {
    const tooLong = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`pipeline ${args.join(' ')} does not end; it said:\n${stdout}${stderr}`));
    }, 45_000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(tooLong);
      resolve({ stdout, stderr, code: code ?? -1 });
    });
  });
}
