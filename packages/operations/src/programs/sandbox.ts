/**
 * A converter program sees no network, none of the user's files but those of its job, and no other process: bubblewrap
 * where it works, else a network of its own by `unshare` (both for ordinary users, where the system lets them). It only
 * puts arguments in front of a command; whether one of the two works here is tried once for each process.
 */
import { existsSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { findCommand } from './find-program.ts';

export type SandboxKind = 'bubblewrap' | 'no-network' | 'none';

export interface Confined {
  /** Absolute. */
  readonly command: string;
  readonly args: readonly string[];
  /** Private folder of the job, the only one that can be written; undefined: none, but a `/tmp` that goes with it. */
  readonly workDir: string | undefined;
  /** Files and folders outside of it that may be read. */
  readonly reads: readonly string[];
  readonly network: boolean;
  /** A file in place of `/etc/passwd`, for programs that do not run without one. */
  readonly accounts?: string;
  /** Folders under other names: only bubblewrap can do it, and `canMount` tells. */
  readonly mounts?: readonly Mount[];
}

export interface Mount {
  readonly from: string;
  /** As the program sees it. */
  readonly at: string;
  readonly isWritable: boolean;
}

/** Whether a program can be shown folders under other names. */
export async function canMount(): Promise<boolean> {
  return (await sandboxKind()) === 'bubblewrap';
}

/** The command line that runs a program as confined as this machine allows. */
export async function confine(job: Confined): Promise<{ command: string; args: readonly string[] }> {
  switch (await sandboxKind()) {
    case 'bubblewrap':
      return { command: findCommand('bwrap') ?? 'bwrap', args: bubblewrapArgs(job) };
    case 'no-network':
      return job.network
        ? job
        : { command: findCommand('unshare') ?? 'unshare', args: [...unshareArgs, job.command, ...job.args] };
    default:
      return job;
  }
}

const unshareArgs: readonly string[] = ['--user', '--map-current-user', '--net', '--'];

let kind: Promise<SandboxKind> | undefined;

/** What confines converter programs on this machine. */
export function sandboxKind(): Promise<SandboxKind> {
  kind ??= tryKinds();
  return kind;
}

async function tryKinds(): Promise<SandboxKind> {
  if (process.platform !== 'linux') return 'none';
  const command = findCommand('true');
  if (command === undefined) return 'none';
  const bubblewrap = findCommand('bwrap');
  if (bubblewrap !== undefined) {
    const args = bubblewrapArgs({ command, args: [], workDir: tmpdir(), reads: [], network: false });
    if (await works(bubblewrap, args)) return 'bubblewrap';
  }
  const unshare = findCommand('unshare');
  return unshare !== undefined && (await works(unshare, [...unshareArgs, command])) ? 'no-network' : 'none';
}

async function works(command: string, args: readonly string[]): Promise<boolean> {
  // `doctor` and the table of converters lead here: only who asks pays for what starts processes.
  const { startProcess } = await import('../process.ts');
  const signal = AbortSignal.timeout(5000);
  const { exitCode } = await startProcess({ command, args, cwd: tmpdir(), signal, graceMs: 0 }).ended;
  return exitCode === 0;
}

/** Of the system, a program sees what programs are made of: no home, no project, no `/etc/passwd`, no `/var` but fonts. */
const systemFolders: readonly string[] = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/opt',
  '/nix',
  '/gnu',
  '/snap',
  ...[
    'alternatives',
    'chromium',
    'chromium.d',
    'fonts',
    'ghostscript',
    'ImageMagick-6',
    'ImageMagick-7',
    'java',
    'ld.so.cache',
    'ld.so.conf',
    'ld.so.conf.d',
    'libreoffice',
    'localtime',
    'magic',
    'mime.types',
    'papersize',
    'paperspecs',
    'perl',
    'python3',
    'ssl',
  ].map((name) => `/etc/${name}`),
  '/var/lib/ghostscript',
  '/var/cache/fontconfig',
];

/** What a program with a network needs beside: names of hosts. */
const networkFiles: readonly string[] = ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf'];

/** Pure but for links and the question what there is. */
export function bubblewrapArgs(job: Confined): readonly string[] {
  const { command, args, workDir, reads, network } = job;
  const read = new Set([
    ...systemFolders,
    ...(network ? networkFiles : []),
    ...userFonts(),
    ...programFolder(command),
    ...reads.flatMap((file) => [file, realpathSync(file)]),
  ]);
  return [
    '--unshare-all',
    ...(network ? ['--share-net'] : []),
    '--die-with-parent',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    '--tmpfs',
    '/dev/shm',
    ...(job.accounts === undefined ? [] : ['--ro-bind', job.accounts, '/etc/passwd']),
    ...[...read].filter(existsSync).flatMap((file) => ['--ro-bind', file, file]),
    ...(workDir === undefined ? ['--chdir', '/tmp'] : ['--bind', workDir, workDir, '--chdir', workDir]),
    ...(job.mounts ?? []).flatMap(({ from, at, isWritable }) => [
      isWritable ? '--bind' : '--ro-bind',
      from,
      at,
    ]),
    '--',
    command,
    ...args,
  ];
}

const userFonts = (): readonly string[] =>
  ['.fonts', '.local/share/fonts', '.config/fontconfig'].map((dir) => path.join(homedir(), dir));

/** A program outside of the system's folders brings its own: `~/apps/tool/bin/tool` needs `~/apps/tool`. */
function programFolder(command: string): readonly string[] {
  const folder = path.dirname(path.dirname(realpathSync(command)));
  const isKnown = systemFolders.some((dir) => folder === dir || folder.startsWith(`${dir}/`));
  return isKnown || folder === '/' || folder === homedir() ? [command] : [command, folder];
}
