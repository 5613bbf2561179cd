/** A question to the person at the terminal. Anything but a clear yes is a no. */
import { createInterface } from 'node:readline';
import type { Surroundings } from '../surroundings.ts';

/** Undefined: nobody is there to be asked. */
export function ask(
  question: string,
  { stdin, stderr }: Pick<Surroundings, 'stdin' | 'stderr'>,
): Promise<boolean> | undefined {
  if (stderr.isTTY !== true) return undefined;
  const input = stdin();
  if (!input.isTTY) return undefined;
  const reader = createInterface({ input, output: stderr });
  return new Promise((resolve) => {
    let isYes = false;
    // Ctrl-D ends the input, and with it the question.
    reader.on('close', () => resolve(isYes));
    reader.on('SIGINT', () => reader.close());
    reader.question(`${question} [y/N] `, (answer) => {
      isYes = /^y(?:es)?$/i.test(answer.trim());
      reader.close();
    });
  });
}
