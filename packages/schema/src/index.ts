export { bindValues } from './bind-values.ts';
export type { GivenValues, RunValues } from './bind-values.ts';
export { optionMistake } from './check-option.ts';
export { cloudConvertTargets } from './cloudconvert-conversions.ts';
export type { Conversions } from './conversions.ts';
export { didYouMean, nearest } from './did-you-mean.ts';
export type { Diagnostic, DiagnosticCode, Severity } from './diagnostic.ts';
export type { KnownCode } from './diagnostic-codes.ts';
export { diagnosticCodes } from './diagnostic-codes.ts';
export { diagnostic } from './diagnostics.ts';
export { cells, displayWidth, visible } from './display-width.ts';
export { checkTemplate } from './expression/check-template.ts';
export type { CheckedTemplate, TemplateEnvironment, WantedValue } from './expression/check-template.ts';
export { evaluateTemplate } from './expression/evaluate-template.ts';
export type { ExpressionError } from './expression/expression-error.ts';
export { parseCondition, parseTemplate } from './expression/parse-template.ts';
export type { Expression, FileScope, Scope, Template } from './expression/template.ts';
export { describeAccepted, describePairs } from './format-diagnostics.ts';
export { paramVariable } from './expression-diagnostics.ts';
export type { Edge } from './find-cycles.ts';
export { findCycles } from './find-cycles.ts';
export type { FormatKind } from './formats.ts';
export {
  canonicalFormat,
  fileExtension,
  formatKind,
  formatNames,
  formatOfFile,
  isKnownFormat,
} from './formats.ts';
export type { JsonObject, JsonPath, JsonScalar, JsonValue } from './json.ts';
export { isJsonList, isJsonObject } from './json.ts';
export type { LineAndColumn } from './line-and-column.ts';
export { lineAndColumn } from './line-and-column.ts';
export { extensionOfMediaType, mediaType, mediaTypeOfFile } from './media-type.ts';
export { pipelineFromJson, pipelineToJson } from './pipeline-json.ts';
export type { LoadedPipeline, LoadOptions } from './load-pipeline.ts';
export { loadPipeline } from './load-pipeline.ts';
export type { OperationName } from './operations/operation-name.ts';
export { operationNames } from './operations/operation-name.ts';
export type { AcceptedFormats, FormatPair, OperationSpec, OptionSpec } from './operations/operation-spec.ts';
export { operationSpecs } from './operations/operation-specs.ts';
export { applicableOptions, optionApplies } from './operations/option-applies.ts';
export type {
  BackendName,
  Concurrency,
  OptionTemplate,
  Param,
  Pipeline,
  RetryPolicy,
  Task,
  TaskName,
  Variant,
  Verify,
  Watch,
} from './pipeline.ts';
export { pipelineSchema } from './pipeline-schema.ts';
export type { DiagnosticStyle } from './print-diagnostic.ts';
export { printDiagnostic } from './print-diagnostic.ts';
export type { FileResource, JobResource, TaskResource, TaskStatus } from './resources.ts';
export { resolveOptions, resolveVerify } from './resolve-options.ts';
export { resourceDate } from './resources.ts';
export type { Result } from './result.ts';
export { err, ok, unreachable } from './result.ts';
export type { Range, Source } from './source.ts';
export { isTaskName } from './task-keys.ts';
export { canVerify } from './verify-keys.ts';
export { splitArguments } from './split-arguments.ts';
export { commandsOfEngine } from './operations/command.ts';
export { usualGroupBy } from './usual-group-by.ts';
