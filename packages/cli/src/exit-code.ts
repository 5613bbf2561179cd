/** What the numbers mean that `pipeline` ends with; and how help and docs tell it. */
export const exitCode = {
  done: 0,
  failed: 1,
  mistake: 2,
  missing: 3,
  refused: 4,
  bug: 5,
  timeout: 124,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export const exitCodes: readonly { readonly code: string; readonly means: string }[] = [
  { code: '0', means: 'all done' },
  { code: '1', means: 'an action failed' },
  { code: '2', means: 'the command line or the pipeline has a mistake; nothing ran' },
  { code: '3', means: 'this machine lacks something: a converter, a backend, a credential' },
  { code: '4', means: 'a remote service refused: quota or credentials' },
  { code: '5', means: 'a bug in Pipeline' },
  { code: '124', means: '--timeout passed' },
  { code: '130, 143', means: 'interrupted by Ctrl-C, by a termination signal' },
];
