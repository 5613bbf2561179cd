/** What the numbers mean that `pipeline` ends with; documented in `flags.ts`. */
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
