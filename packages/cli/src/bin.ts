/** The executable: hands the process over to `main` and keeps its exit code. */
import type { QuickLook } from './incremental/quick-look.ts';
import { main } from './main.ts';

export interface Start {
  readonly version: string;
  /** What `quick.ts` has seen. */
  readonly look?: QuickLook;
}

export async function start({ version, look }: Start): Promise<void> {
  process.exitCode = await main({
    argv: process.argv.slice(2),
    version,
    env: process.env,
    cwd: () => process.cwd(),
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    processEvents: process,
    exit: (code) => process.exit(code),
    ...(look !== undefined && { look }),
  });
  // Called back when all before it is written, or when nothing ever will be.
  await new Promise<void>((resolve) => void process.stderr.write('', () => resolve()));
}
