/**
 * What this machine brings to Pipeline: programs, packs, fonts, confinement and limits, and what one command would add.
 * Plain data, ready for JSON; it starts programs only to ask for their versions, all at the same time.
 */
import os from 'node:os';
import {
  type Converter,
  type Need,
  type PackName,
  type ProgramName,
  type Reach,
  findProgram,
  hasPack,
  installCommandOf,
  isInstalled,
  isMet,
  packs,
  programVersion,
  programs,
  reach,
  sandboxKind,
} from '@pipeline/operations';
import type { Environment } from '../parse-arguments.ts';
import type { Surroundings } from '../surroundings.ts';
import { type FontFamily, surveyFonts } from './fonts.ts';

export interface Survey {
  readonly version: string;
  readonly node: { readonly version: string; readonly isSupported: boolean };
  readonly platform: string;
  /** How converter programs are confined; `none`: they can read what the user can. */
  readonly sandbox: Awaited<ReturnType<typeof sandboxKind>>;
  readonly limits: {
    readonly cpus: number;
    readonly memoryBytes: number;
    readonly freeMemoryBytes: number;
  };
  readonly fonts: readonly FontFamily[];
  readonly programs: readonly ProgramState[];
  readonly packs: readonly PackState[];
  /** Whether a key is set; never the key. */
  readonly credentials: { readonly CLOUDCONVERT_API_KEY: boolean };
  /** Set: programs are searched there and not along PATH. */
  readonly programsPath?: string;
  readonly reach: Reach;
  readonly missing: Missing;
}

export interface ProgramState {
  readonly name: ProgramName;
  /** `broken`: a file of that name is there, but does not tell its version. */
  readonly state: 'here' | 'broken' | 'missing';
  readonly version?: string;
  readonly path?: string;
  readonly license: string;
  readonly purpose: string;
  /** What installs it; absent where this machine's package manager has no such package. */
  readonly install?: string;
}

export interface PackState {
  readonly name: PackName;
  readonly state: 'here' | 'missing';
  readonly version: string;
  readonly license: string;
  readonly purpose: string;
  readonly sizeMb: number;
  readonly install: string;
}

export interface Missing {
  /** One command line that adds everything; empty when nothing is missing. */
  readonly install: string;
  /** What it adds. */
  readonly adds: Reach;
  /** Without rights to install programs: packs in their place. Absent when they add nothing. */
  readonly withoutPrograms?: { readonly install: string; readonly adds: Reach };
}

export async function survey({ env, version }: Pick<Surroundings, 'env' | 'version'>): Promise<Survey> {
  const [states, sandbox] = await Promise.all([
    Promise.all(names(programs).map(programState)),
    sandboxKind(),
  ]);
  const here = reach(isInstalled);
  const fonts = surveyFonts();
  return {
    version,
    node: { version: process.versions.node, isSupported: isSupported(process.versions.node) },
    platform: `${process.platform} ${process.arch}`,
    sandbox,
    limits: { cpus: os.availableParallelism(), memoryBytes: memory(), freeMemoryBytes: os.freemem() },
    fonts,
    programs: states,
    packs: names(packs).map(packState),
    credentials: { CLOUDCONVERT_API_KEY: isSet(env, 'CLOUDCONVERT_API_KEY') },
    ...programsPath(env),
    reach: here,
    missing: whatIsMissing(here, systemPackages(sandbox, fonts)),
  };
}

function names<Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(table).filter((name): name is Name => Object.hasOwn(table, name));
}

/** As package.json says. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

/** A container may have less than its machine. */
function memory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < os.totalmem() ? limit : os.totalmem();
}

const isSet = (env: Environment, name: string): boolean => (env[name] ?? '') !== '';

function programsPath(env: Environment): Pick<Survey, 'programsPath'> {
  const path = env['PIPELINE_PROGRAMS_PATH'];
  return path === undefined ? {} : { programsPath: path };
}

async function programState(name: ProgramName): Promise<ProgramState> {
  const { license, purpose } = programs[name];
  const file = findProgram(name);
  const command = installCommandOf([{ type: 'program', name }]);
  const about = { license, purpose, ...(command === '' ? {} : { install: command }) };
  if (file === undefined) return { name, state: 'missing', ...about };
  const version = await programVersion(name);
  return version === undefined
    ? { name, state: 'broken', path: file, ...about }
    : { name, state: 'here', version, path: file, ...about };
}

function packState(name: PackName): PackState {
  const { version, license, purpose, sizeMb } = packs[name];
  const state = hasPack(name) ? 'here' : 'missing';
  const install = installCommandOf([{ type: 'pack', name }]);
  return { name, state, version, license, purpose, sizeMb, install };
}

/** Programs first; a pack only where it does what no program does. */
function whatIsMissing(here: Reach, packages: readonly string[]): Missing {
  const lackingPrograms = names(programs)
    .map((name): Need => ({ type: 'program', name }))
    .filter(isLacking);
  const lackingPacks = names(packs)
    .map((name): Need => ({ type: 'pack', name }))
    .filter(isLacking);
  const wanted = [...lackingPrograms];
  let reached = reachWith(wanted);
  for (const pack of lackingPacks) {
    const more = reachWith([...wanted, pack]);
    if (more.pairs === reached.pairs) continue;
    wanted.push(pack);
    reached = more;
  }
  const byPacks = difference(reachWith(lackingPacks), here);
  return {
    install: installCommandOf(wanted, packages),
    adds: difference(reached, here),
    ...(lackingPrograms.length === 0 || byPacks.pairs === 0
      ? {}
      : { withoutPrograms: { install: installCommandOf(lackingPacks), adds: byPacks } }),
  };
}

/** What is no converter, but makes them safer and their pages right. */
function systemPackages(sandbox: Survey['sandbox'], fonts: readonly FontFamily[]): readonly string[] {
  if (process.platform !== 'linux') return [];
  return [
    ...(sandbox === 'bubblewrap' ? [] : ['bubblewrap']),
    ...fonts.flatMap(({ found, aptPackage }) => (found === undefined ? [aptPackage] : [])),
  ];
}

/** This machine's package manager brings it, and it is not here. */
const isLacking = (need: Need): boolean => !isMet(need) && installCommandOf([need]) !== '';

function reachWith(added: readonly Need[]): Reach {
  const isAdded = ({ type, name }: Need): boolean =>
    added.some((need) => need.type === type && need.name === name);
  return reach(({ needs }: Pick<Converter, 'needs'>) => needs.every((need) => isMet(need) || isAdded(need)));
}

const difference = (more: Reach, less: Reach): Reach => ({
  formats: more.formats - less.formats,
  pairs: more.pairs - less.pairs,
});
