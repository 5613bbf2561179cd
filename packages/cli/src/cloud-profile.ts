/**
 * `--profile work`: whose CloudConvert account it is, from a file of the user instead of the environment:
 * `~/.config/pipeline/work.env`, with lines such as `CLOUDCONVERT_API_KEY=…`. It takes nothing from it but the variables
 * that the CloudConvert backend knows.
 */
import { readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { ioReason } from './io-reason.ts';
import type { Environment, UsageError } from './parse-arguments.ts';

const names = [
  'CLOUDCONVERT_API_KEY',
  'CLOUDCONVERT_API_URL',
  'CLOUDCONVERT_SYNC_URL',
  'CLOUDCONVERT_SOCKET_URL',
];

/** The environment with what the profile says; its flag was given, so it wins. */
export function withProfile(profile: string, env: Environment): Result<Environment, UsageError> {
  if (!/^[\w-]+$/.test(profile)) {
    return err({
      message: `--profile cannot be "${profile}"`,
      hint: 'a profile has a name of letters, digits, - and _',
    });
  }
  const home = env['XDG_CONFIG_HOME'] ?? path.join(env['HOME'] ?? os.homedir(), '.config');
  const file = path.join(home, 'pipeline', `${profile}.env`);
  try {
    // On Windows, modes say nothing of who may read.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
      return err({ message: `--profile ${profile}: others may read ${file}`, hint: `chmod 600 ${file}` });
    }
    const given = parseEnv(readFileSync(file, 'utf8'));
    const known = Object.entries(given).filter(([name]) => names.includes(name));
    const unknown = Object.keys(given).find((name) => !names.includes(name));
    if (unknown !== undefined || known.length === 0) {
      return err({
        message: `--profile ${profile}: ${file} ${unknown === undefined ? 'sets nothing' : `sets ${unknown}`}`,
        hint: `it may set ${names.join(', ')}`,
      });
    }
    return ok({ ...env, ...Object.fromEntries(known) });
  } catch (error) {
    return err({
      message: `--profile ${profile}: ${file} cannot be read: ${ioReason(error)}`,
      hint: 'write a line CLOUDCONVERT_API_KEY=… into it, and let nobody else read it: chmod 600',
    });
  }
}
