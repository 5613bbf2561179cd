/**
 * What a program is to call a file: some write the name of their input into what they make, as the name of a sheet or
 * as a title, and users look for their own there. Pure.
 */
import { stemOf } from '../files/output-name.ts';

/** Some programs keep a path in 256 bytes, and have put one of ours in front. */
const maxBytes = 120;

/**
 * The stem of a user's file name as one that leads nowhere and means nothing to a program: no separator, no control
 * character, no dash, dot, quote or blank at its ends, of bounded length. `input` when nothing is left.
 */
export function shownStem(inputName: string): string {
  // Beside what ends or leads a path: what turns the direction of writing, and what names of sheets may not hold.
  const plain = stemOf(inputName).replaceAll(
    /[/\\:*?"<>|[\]\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu,
    '_',
  );
  const stem = cut(plain).replaceAll(/^[-.'\s]+|[.'\s]+$/gu, '');
  return stem === '' ? 'input' : stem;
}

/** Between characters as they are seen. */
function cut(text: string): string {
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (Buffer.byteLength(kept + segment) > maxBytes) break;
    kept += segment;
  }
  return kept;
}
