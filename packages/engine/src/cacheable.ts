/**
 * Which tasks have results that can be kept: the one rule, for the run that keeps them and for the plan that says why not.
 */
import type { BackendName, Task } from '@pipeline/schema';
import { operationSpecs } from '@pipeline/schema';
import { expressionsOf } from './expressions-of.ts';
import type { Reason } from './reason.ts';

/** Undefined: its results can be kept and taken again. */
export function whyNotCached({
  task,
  backend,
}: {
  readonly task: Task;
  readonly backend: BackendName;
}): Reason | undefined {
  if (task.operation === 'import/local')
    return { code: 'always-looks', text: 'files that lie here are looked for each time' };
  const { role } = operationSpecs[task.operation];
  if (role === 'import') return { code: 'always-looks', text: whatIsGot(task) };
  if (role === 'export') return { code: 'always-sends', text: 'an export sends its files each time' };
  if (!task.cache) return { code: 'cache-false', text: 'never cached: the task says cache: false' };
  if (backend === 'cloudconvert')
    return { code: 'elsewhere', text: 'never cached: it runs on CloudConvert, where its files lie' };
  if (usesSecret(task))
    return { code: 'secret', text: 'never cached: its options use a secret, which is never stored' };
  return undefined;
}

/** What lies elsewhere may be another file by now, under the same name. */
function whatIsGot({ operation }: Task): string {
  return operation === 'capture-website'
    ? 'a web page is taken as it is now, each time'
    : 'an import gets its files each time';
}

/** A result that depends on a secret would be served to whoever has another one: secrets are in no fingerprint. */
function usesSecret({ templates, verify }: Task): boolean {
  return [...templates, ...(verify?.templates ?? [])].some(({ template }) =>
    expressionsOf(template).some(
      (expression) => expression.type === 'reference' && expression.root === 'secrets',
    ),
  );
}
