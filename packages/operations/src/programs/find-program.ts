/**
 * Which programs are on this machine: a look along PATH, once for each process, and their versions, once for each
 * installed file (the answers are kept between runs). It runs a program only to ask for its version.
 */
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { programs } from './program-table.ts';
import type { PackageManager, Program, ProgramName } from './program-table.ts';

const found = new Map<string, string | undefined>();

/** Where converters are looked for instead of PATH; set and empty: nowhere, only embedded ones are used. */
const searchPath = (): string => process.env['PIPELINE_PROGRAMS_PATH'] ?? process.env['PATH'] ?? '';

/** The folders that it looks in: a new program appears there. */
export const searchFolders = (): readonly string[] =>
  searchPath()
    .split(path.delimiter)
    .filter((dir) => path.isAbsolute(dir));

/** The absolute path of a command; undefined when no folder of PATH has it. */
export function findCommand(command: string): string | undefined {
  if (!found.has(command)) found.set(command, lookAlongPath(command));
  return found.get(command);
}

/** The first of the program's commands that is there; undefined when it is not installed. */
export function findProgram(name: ProgramName): string | undefined {
  for (const command of programs[name].commands) {
    const file = findCommand(command);
    if (file !== undefined) return file;
  }
  return undefined;
}

function lookAlongPath(command: string): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', ''] : [''];
  // A relative folder of PATH would mean a program inside of the project.
  for (const dir of searchFolders()) {
    for (const ending of endings) {
      const file = path.join(dir, command + ending);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const versions = new Map<ProgramName, Promise<string | undefined>>();

/** It has been updated or removed since: looked up and asked anew. */
export function forgetProgram(name: ProgramName): void {
  versions.delete(name);
  for (const command of programs[name].commands) found.delete(command);
}

/** What the installed program says of itself; undefined when it is not there, or another program of that name is. */
export function programVersion(name: ProgramName): Promise<string | undefined> {
  const known = versions.get(name);
  if (known !== undefined) return known;
  const asked = askVersion(name);
  versions.set(name, asked);
  return asked;
}

async function askVersion(name: ProgramName): Promise<string | undefined> {
  const file = findProgram(name);
  if (file === undefined) return undefined;
  const key = identity(file);
  const kept = readKept();
  if (kept[key] !== undefined) return kept[key];
  const version = await versionOf(file, programs[name]);
  if (version !== undefined) await keep(key, version);
  return version;
}

async function versionOf(file: string, program: Program): Promise<string | undefined> {
  // Validation reads this file, and must not pay for what starts processes.
  const { startProcess } = await import('../process.ts');
  const running = startProcess({
    command: file,
    args: program.versionArgs,
    cwd: tmpdir(),
    signal: AbortSignal.timeout(20_000),
    graceMs: 0,
  });
  const { stdout, stderr } = await running.ended;
  return program.versionPattern.exec(`${stdout}\n${stderr}`.trim())?.[1];
}

/** An update of the program changes its time or size, and so asks anew. */
function identity(file: string): string {
  const real = realpathSync(file);
  const { mtimeMs, size } = statSync(real);
  return `${file} ${real} ${mtimeMs} ${size}`;
}

const keptFile = (): string => {
  const cacheDir = process.env['XDG_CACHE_HOME'];
  return path.join(
    cacheDir !== undefined && path.isAbsolute(cacheDir) ? cacheDir : path.join(homedir(), '.cache'),
    'pipeline',
    'program-versions.json',
  );
};

function readKept(): Readonly<Record<string, string>> {
  try {
    const kept: unknown = JSON.parse(readFileSync(keptFile(), 'utf8'));
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(
      Object.entries(kept).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}

/** What this process has learnt: written all at once, one writing after the other. */
const learnt: Record<string, string> = {};
let writing: Promise<void> = Promise.resolve();

function keep(key: string, version: string): Promise<void> {
  learnt[key] = version;
  writing = writing.then(writeKept);
  return writing;
}

/** Best effort: without it the program is asked again the next time. */
async function writeKept(): Promise<void> {
  const file = keptFile();
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    await writeFile(temporary, `${JSON.stringify({ ...readKept(), ...learnt }, undefined, 1)}\n`);
    await rename(temporary, file);
  } catch {
    // A home that cannot be written.
  }
}

/** What installs the packages on this machine. */
function packageManager(): PackageManager {
  if (process.platform === 'darwin') return 'brew';
  return process.platform === 'win32' ? 'winget' : 'apt';
}

/** `apt-get install ffmpeg inkscape`, with more packages by their own names; undefined when this machine's package manager has none of them. */
export function installCommand(
  names: readonly ProgramName[],
  more: readonly string[] = [],
): string | undefined {
  const manager = packageManager();
  const known = names.flatMap((name) => programs[name].packages[manager]?.split(' ') ?? []);
  const packages = [...new Set([...known, ...more])];
  if (packages.length === 0) return undefined;
  const list = packages.join(' ');
  switch (manager) {
    case 'apt':
      return `sudo apt-get install ${list}`;
    case 'brew':
      return `brew install ${list}`;
    case 'winget':
      return `winget install ${list}`;
    default:
      return manager satisfies never;
  }
}
