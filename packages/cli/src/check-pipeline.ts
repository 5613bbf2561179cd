/** The check that every command makes: the language's, with what the local backend can convert. */
import type { Diagnostic, Pipeline, Result, Source } from '@pipeline/schema';
import { loadPipeline } from '@pipeline/schema';
import { localConversions } from '@pipeline/operations';

export function checkPipeline(
  source: Source,
): Result<{ pipeline: Pipeline; warnings: readonly Diagnostic[] }, readonly Diagnostic[]> {
  return loadPipeline(source, { conversions: localConversions });
}
