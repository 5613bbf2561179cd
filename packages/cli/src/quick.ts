/**
 * What is answered before anything else is loaded: the version, and a run in which nothing has changed. Bundled as a
 * script of its own, which must reach neither the language nor the engine. In every doubt it answers nothing.
 */
import { exitCode } from './exit-code.ts';
import { type QuickLook, lookQuickly } from './incremental/quick-look.ts';
import { parseArguments } from './parse-arguments.ts';
import { formatDuration, plural } from './reporters/quantity.ts';
import { workingFolder } from './working-folder.ts';

export { compiledFile, useCompiledScripts } from './compiled-scripts.ts';

export interface QuickAnswer {
  readonly isAnswered: boolean;
  /** What was seen on the way; whoever does the work need not look again. */
  readonly look?: QuickLook;
}

export function answerQuickly(version: string): QuickAnswer {
  const argv = process.argv.slice(2);
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return { isAnswered: true };
  }
  const look = lookForRun(argv, version);
  if (look?.isUpToDate !== true) return { isAnswered: false, ...(look !== undefined && { look }) };
  // Nobody may be left to be told.
  process.stderr.on('error', () => {});
  const files = plural(look.manifest.filesOut, 'file');
  process.stderr.write(`up to date: ${files}, ${formatDuration(performance.now())}\n`);
  process.exitCode = exitCode.done;
  return { isAnswered: true };
}

function lookForRun(argv: readonly string[], version: string): QuickLook | undefined {
  const { env } = process;
  const parsed = parseArguments(argv, env);
  if (!parsed.ok || parsed.value.type === 'version' || parsed.value.type === 'help') return undefined;
  const { invocation } = parsed.value;
  if (invocation.command !== 'run') return undefined;
  const cwd = workingFolder(invocation, () => process.cwd());
  return cwd.ok ? lookQuickly(invocation, { cwd: cwd.value, env, version }) : undefined;
}
