/** What can be wrong with a PDF, in the words of the user, the same from every tool. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';

/** `hasOption`: the operation has an option `password`. */
export function passwordNeeded(
  name: string,
  { options, hasOption }: { readonly options: JsonObject; readonly hasOption: boolean },
): Failure {
  const shown = JSON.stringify(name);
  if (options['password'] !== undefined) {
    return failure('bad-input', `The password does not open ${shown}`, {
      code: 'WRONG_PASSWORD',
      hint: 'Check the option `password`.',
    });
  }
  return failure('bad-input', `${shown} is protected by a password`, {
    code: 'PASSWORD_REQUIRED',
    hint: hasOption
      ? 'Give it with the option `password`.'
      : 'Put a task with `operation: pdf/decrypt` and its `password` before this one.',
  });
}

export function brokenPdf(name: string, why?: string): Failure {
  const reason = why === undefined ? '' : `: ${why}`;
  return failure('bad-input', `${JSON.stringify(name)} is damaged and cannot be read as a PDF${reason}`, {
    hint: 'Copy or download it again from its source, or open it in a PDF viewer and save it anew.',
  });
}

export function noSuchPage(
  name: string,
  { pages, count }: { readonly pages: string; readonly count: number },
): Failure {
  const there = count === 1 ? 'one page' : `${count} pages`;
  return failure(
    'bad-input',
    `"pages: ${pages}" names a page that is not there: ${JSON.stringify(name)} has ${there}`,
    {
      code: 'INVALID_OPTION',
      hint: `Give pages from 1 to ${count}.`,
    },
  );
}
