/** Loads a pipeline for a test, and shows its mistakes as `CODE message @ place = hint`. */
import { type Conversions, type Diagnostic, loadPipeline, type Pipeline } from '@pipeline/schema';

export function load(text: string, conversions?: Conversions): Pipeline {
  const loaded = loadPipeline(
    { path: 'pipeline.yaml', text },
    conversions === undefined ? {} : { conversions },
  );
  if (loaded.ok) return loaded.value.pipeline;
  throw new Error(loaded.error.map((diagnostic) => shown(text, diagnostic)).join('\n'));
}

export function mistakes(text: string, conversions?: Conversions): readonly string[] {
  const loaded = loadPipeline(
    { path: 'pipeline.yaml', text },
    conversions === undefined ? {} : { conversions },
  );
  return (loaded.ok ? loaded.value.warnings : loaded.error).map((diagnostic) => shown(text, diagnostic));
}

export function shown(text: string, { code, message, range, hint }: Diagnostic): string {
  const place = text.slice(range.start, range.end);
  return [`${code} ${message} @ ${place}`, ...(hint === undefined ? [] : [hint])].join(' = ');
}
