/** What a recognition is worth, and how the page lies: told by the words that tesseract found. Pure. */

export interface Reading {
  /** 0–100: the mean over all words that hold letters. */
  readonly confidence: number;
  readonly words: number;
  /** Most words run up or down. */
  readonly isSideways: boolean;
}

/** Lines of tesseract's TSV: level 5 is a word; left, top, width, height, confidence, text are the last columns. */
export function readWords(tsv: string): Reading {
  const words = tsv.split('\n').flatMap((line) => {
    const columns = line.split('\t');
    const text = columns[11] ?? '';
    if (columns[0] !== '5' || text.trim().length < 3) return [];
    return [{ width: Number(columns[8]), height: Number(columns[9]), confidence: Number(columns[10]) }];
  });
  if (words.length === 0) return { confidence: 0, words: 0, isSideways: false };
  const confidence = words.reduce((sum, word) => sum + word.confidence, 0) / words.length;
  const tall = words.filter(({ width, height }) => height > width * 1.2).length;
  return { confidence, words: words.length, isSideways: tall > words.length / 2 };
}

/** Turns in degrees, clockwise, that are worth a try: none when the page reads well as it is. */
export function turnsToTry({ confidence, words, isSideways }: Reading): readonly number[] {
  if (isSideways) return [90, 270];
  if (words > 0 && confidence >= 60) return [];
  return [180, 90, 270];
}

/** Better by so much that chance does not explain it. */
export function isBetter(other: Reading, than: Reading): boolean {
  if (other.isSideways || other.words === 0) return false;
  if (than.isSideways) return other.confidence > than.confidence - 10;
  return other.confidence > 60 && other.confidence > than.confidence + 15;
}
