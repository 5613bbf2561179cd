/** What a user sees of a pipeline file: every diagnostic as text, or `fine` with the tasks. */
import { loadPipeline, type Pipeline, printDiagnostic, type Source } from '../src/index.ts';

export function check(text: string): string {
  const source: Source = { path: 'pipeline.yaml', text };
  const loaded = loadPipeline(source);
  const diagnostics = loaded.ok ? loaded.value.warnings : loaded.error;
  if (loaded.ok && diagnostics.length === 0)
    return `fine: ${[...loaded.value.pipeline.tasks.keys()].join(', ')}`;
  return diagnostics
    .map((one) => printDiagnostic(one, source, { isColored: false, width: 100 }))
    .join('\n\n');
}

/** The pipeline of a file that must be right. */
export function load(text: string): Pipeline {
  const loaded = loadPipeline({ path: 'pipeline.yaml', text });
  if (!loaded.ok) throw new Error(check(text));
  return loaded.value.pipeline;
}

/** Codes of all diagnostics, in the order of the file. */
export function codes(text: string): readonly string[] {
  const loaded = loadPipeline({ path: 'pipeline.yaml', text });
  return (loaded.ok ? loaded.value.warnings : loaded.error).map(({ code }) => code);
}

/** A sound pipeline around the keys of one `convert`, indented by four. */
export const convertWith = (keys: string): string => `tasks:
  in: { operation: import/local, path: a.png }
  one:
    operation: convert
    input: in
    output_format: webp
${keys}
  out: { operation: export/local, input: one, path: out }
`;
