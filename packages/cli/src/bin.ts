/**
 * The executable: hands the process over to `main` and keeps its exit code. `--version` is answered before anything
 * else is loaded.
 */
import { readFileSync } from 'node:fs';
import module from 'node:module';

// Where Node can keep the compiled form of what it loads, a start takes a fifth less: from 22.8 on.
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') {
  module.enableCompileCache();
}

const argv = process.argv.slice(2);
// Read, not bundled: the published number is whatever package.json says.
const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${version}\n`);
} else {
  const { main } = await import('./main.ts');
  process.exitCode = await main({
    argv,
    version,
    env: process.env,
    cwd: () => process.cwd(),
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    processEvents: process,
    exit: (code) => process.exit(code),
  });
}
