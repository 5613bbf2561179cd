/** Every event as one line of JSON, as it is: the interface for programs. Nothing else is ever written to that stream. */
import type { JobEvent } from '@pipeline/engine';
import { OutputWriter } from './output-writer.ts';
import type { Reporter, ReportStream } from './reporter.ts';

// JSON.stringify leaves some of these as they are, and a terminal would obey them; escaped they mean the same to a parser.
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

export function createJsonReporter(stream: ReportStream): Reporter {
  const writer = new OutputWriter(stream);
  return {
    event: (event) => writer.write(jsonLine(event)),
    close: () => writer.flush(),
  };
}

function jsonLine(event: JobEvent): string {
  const text = JSON.stringify(event);
  return `${text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
