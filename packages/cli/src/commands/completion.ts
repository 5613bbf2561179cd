/** `pipeline completion`: a script that teaches a shell the commands, flags and values of the table in `flags.ts`. */
import { bashCompletion, fishCompletion, zshCompletion } from '../completion-scripts.ts';
import { exitCode } from '../exit-code.ts';
import type { Command } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

const scripts: Readonly<Record<string, () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export const completion: Command = async ({ arguments: [shell = ''] }, { stdout, stderr }) => {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined) {
    const message = shell === '' ? 'for which shell?' : `there is no completion for "${shell}"`;
    return usageError({ message, hint: `give one of ${Object.keys(scripts).join(', ')}` }, stderr);
  }
  stdout.write(script());
  return exitCode.done;
};
