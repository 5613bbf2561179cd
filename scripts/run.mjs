// Runs a command for the scripts beside this one. What it says is shown only when it fails: a set-up that goes well is short.
import { spawn } from 'node:child_process';

/** Resolves when the command has ended well; otherwise shows what it said, names it, and ends the script. */
export async function run(command, args, options = {}) {
  const child = start(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const said = [];
  child.stdout.on('data', (chunk) => said.push(chunk));
  child.stderr.on('data', (chunk) => said.push(chunk));
  const code = await ended(child);
  if (code === 0) return;
  process.stderr.write(Buffer.concat(said));
  process.stderr.write(`failed (exit ${code}): ${[command, ...args].join(' ')}\n`);
  process.exit(1);
}

/** The exit code of the command; 127 when it cannot be started. */
export function status(command, args, options = {}) {
  return ended(start(command, args, options));
}

/** On Windows `npx` and the commands of packages are scripts, which only a shell starts. */
function start(command, args, options) {
  return spawn(command, args, { shell: process.platform === 'win32', ...options });
}

function ended(child) {
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
