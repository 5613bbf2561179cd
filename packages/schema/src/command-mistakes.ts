/** What is wrong with a `command` beyond the types of its options: the program is of another suite, a quote is not closed. */
import type { Written } from './check-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { diagnostic } from './diagnostics.ts';
import { commandsOfEngine } from './operations/command.ts';
import { splitArguments } from './split-arguments.ts';
import type { TaskBody } from './task-body.ts';

export function commandMistakes({ spec, options }: TaskBody, { places }: Written): readonly Diagnostic[] {
  if (spec?.name !== 'command') return [];
  const { engine, command, arguments: given } = options;
  const found: Diagnostic[] = [];
  const programs = typeof engine?.value === 'string' ? commandsOfEngine[engine.value] : undefined;
  if (programs !== undefined && typeof command?.value === 'string' && isOther(command.value, programs)) {
    found.push(
      diagnostic('PL103', {
        range: places.value(command.path),
        message: `"${command.value}" is not a program of the engine ${JSON.stringify(engine?.value)}`,
        hint: `its programs are: ${programs.join(', ')}`,
      }),
    );
  }
  const split = typeof given?.value === 'string' ? splitArguments(given.value) : undefined;
  if (given !== undefined && split?.ok === false) {
    found.push(
      diagnostic('PL107', {
        range: places.value(given.path),
        message: `"arguments" ${split.error}`,
        hint: 'close it, or write the arguments as a list',
      }),
    );
  }
  return found;
}

/** A name that no suite has is told by the check of its values. */
const isOther = (command: string, programs: readonly string[]): boolean =>
  !programs.includes(command) && Object.values(commandsOfEngine).some((names) => names.includes(command));
