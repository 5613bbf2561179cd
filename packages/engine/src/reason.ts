/**
 * Why an action runs, or does not: a sentence for people, and a word for programs, which never changes its meaning.
 */
export interface Reason {
  readonly code: ReasonCode;
  /** In plain words, without a period: `option quality 80 → 75`. */
  readonly text: string;
}

export type ReasonCode =
  // It differs from the last time.
  | 'never-run'
  | 'failed-before'
  | 'input-changed'
  | 'input-added'
  | 'input-removed'
  | 'input-renamed'
  | 'input-order'
  | 'option-changed'
  | 'verify-changed'
  | 'converter-changed'
  | 'machine-changed'
  | 'operation-changed'
  | 'side-file-changed'
  // Its stored result cannot be taken.
  | 'result-gone'
  | 'result-damaged'
  // It is never taken from the cache.
  | 'forced'
  | 'cache-off'
  | 'cache-false'
  | 'secret'
  | 'elsewhere'
  | 'always-looks'
  | 'always-sends'
  // Only the run can tell.
  | 'input-anew'
  | 'known-in-run'
  // Nothing has to be done.
  | 'unchanged'
  | 'made-before'
  | 'skipped'
  // What it does to a file that it writes.
  | 'output-new'
  | 'output-missing'
  | 'output-edited'
  | 'output-foreign'
  | 'output-kept'
  | 'output-changed'
  | 'no-source'
  // It will fail.
  | 'cannot-work';
