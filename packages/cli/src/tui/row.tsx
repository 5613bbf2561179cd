/**
 * One row of text that was fitted before. Ink measures what it lays out, in every frame and slowly for all but ASCII;
 * so it gets blanks of the right width to lay out, and the text only when it writes.
 */
import { Text, Transform } from 'ink';
import type { ReactElement } from 'react';

export interface RowProps {
  /** Styled; never wider than `columns`. */
  readonly text: string;
  readonly columns: number;
}

export function Row({ text, columns }: RowProps): ReactElement {
  return (
    <Transform transform={() => text}>
      <Text>{' '.repeat(columns)}</Text>
    </Transform>
  );
}
