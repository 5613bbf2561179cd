// Runs a command for the scripts beside this one: its output goes to stderr, a failure ends the script with its code.
import { spawn } from 'node:child_process';

/** Resolves when the command has ended well; otherwise exits with its code after naming it. */
export async function run(command, args, options = {}) {
  const code = await status(command, args, { stdio: ['ignore', 2, 2], ...options });
  if (code !== 0) {
    process.stderr.write(`failed (exit ${code}): ${[command, ...args].join(' ')}\n`);
    process.exit(1);
  }
}

/** The exit code of the command; 127 when it cannot be started. */
export function status(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { shell: process.platform === 'win32', ...options });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
