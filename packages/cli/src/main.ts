/**
 * One call of the command line: arguments → command → exit code. It catches bugs, once, and knows nothing of what the
 * commands do; each is loaded only when it is called.
 */
import type { CommandName } from './flags.ts';
import { type Invocation, parseArguments } from './parse-arguments.ts';
import { exitCode } from './exit-code.ts';
import type { Command, StartSurroundings, Surroundings } from './surroundings.ts';
import { usageError } from './usage-error.ts';
import { workingFolder } from './working-folder.ts';

const loaders: Readonly<Record<CommandName, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.ts')).run,
  plan: async () => (await import('./commands/plan.ts')).plan,
  watch: async () => (await import('./commands/watch.ts')).watch,
  explain: async () => (await import('./commands/explain.ts')).explain,
  validate: async () => (await import('./commands/validate.ts')).validate,
  formats: async () => (await import('./commands/formats.ts')).formats,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  graph: async () => (await import('./commands/graph.ts')).graph,
  init: async () => (await import('./commands/init.ts')).init,
  runs: async () => (await import('./commands/runs.ts')).runs,
  clean: async () => (await import('./commands/clean.ts')).clean,
  cache: async () => (await import('./commands/cache.ts')).cache,
  retry: async () => (await import('./commands/retry.ts')).retry,
  serve: async () => (await import('./commands/serve.ts')).serve,
  schema: async () => (await import('./commands/schema.ts')).schema,
  completion: async () => (await import('./commands/completion.ts')).completion,
};

export async function main(surroundings: StartSurroundings): Promise<number> {
  const { stderr, processEvents, exit } = surroundings;
  const bug = async (error: unknown): Promise<number> => {
    try {
      return (await import('./report-bug.ts')).reportBug(error, surroundings);
    } catch {
      // A new version was installed over this one while it ran: what is not loaded yet is gone.
      stderr.write(`pipeline: ${String(error)}\n  Was Pipeline itself replaced meanwhile? Start it again.\n`);
      return exitCode.bug;
    }
  };
  const crash = async (error: unknown): Promise<void> => exit(await bug(error));
  // Thrown outside of any promise that somebody waits for: nothing can be trusted any more.
  processEvents.on('uncaughtException', (error) => void crash(error));
  const output = watchOutput(surroundings);
  try {
    const code = await dispatch(surroundings);
    await output.isFlushed();
    if (output.error === undefined) return code;
    stderr.write(`pipeline: cannot write the results to standard output: ${output.error}\n`);
    return code === exitCode.done ? exitCode.failed : code;
  } catch (error) {
    return bug(error);
  }
}

async function dispatch(surroundings: StartSurroundings): Promise<number> {
  const { argv, env, stdout, stderr, version } = surroundings;
  const parsed = parseArguments(argv, env);
  if (!parsed.ok) return usageError(parsed.error, stderr);
  const wanted = parsed.value;
  if (wanted.type === 'version') {
    stdout.write(`${version}\n`);
    return exitCode.done;
  }
  if (wanted.type === 'help') {
    const { commandHelp, mainHelp } = await import('./help.ts');
    const width = Math.min(stdout.columns ?? 80, 100);
    stdout.write(wanted.command === undefined ? mainHelp(width) : commandHelp(wanted.command, width));
    return exitCode.done;
  }
  const { invocation } = wanted;
  const cwd = workingFolder(invocation, surroundings.cwd);
  if (!cwd.ok) return usageError(cwd.error, stderr);
  const inside = { ...surroundings, cwd: cwd.value };
  if (wanted.type === 'nothing' && (await isNothingHere(invocation, inside))) {
    const { mainHelp } = await import('./help.ts');
    stderr.write(
      `There is no pipeline file here. To start one: pipeline init\n\n${mainHelp(Math.min(stderr.columns ?? 80, 100))}`,
    );
    return exitCode.mistake;
  }
  const { look } = surroundings;
  if (look !== undefined) await (await import('./incremental/warm-host.ts')).warmExpectedHost(look);
  const command = await loaders[invocation.command]();
  return command(invocation, inside);
}

/** `pipeline` alone, in a folder that has no pipeline. */
async function isNothingHere({ flags }: Invocation, { cwd }: Surroundings): Promise<boolean> {
  if (flags.values.has('file')) return false;
  const { findPipeline } = await import('./find-pipeline.ts');
  const found = findPipeline(cwd);
  return !found.ok && found.error.isNothing;
}

/** `pipeline formats | head`: a reader that has seen enough is no error, and the work itself goes on. */
function watchOutput({ stdout, stderr }: StartSurroundings): OutputState {
  const state: { error: string | undefined } = { error: undefined };
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') state.error = error.message;
  });
  // Nobody is left to be told.
  stderr.on('error', () => {});
  return {
    get error() {
      return state.error;
    },
    // Called back when all before it is written, or when nothing ever will be.
    isFlushed: () => new Promise((resolve) => void stdout.write('', () => resolve())),
  };
}

interface OutputState {
  /** Why results could not be written; undefined while they could. */
  readonly error: string | undefined;
  readonly isFlushed: () => Promise<void>;
}
