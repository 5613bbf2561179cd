/** The checks of one task against the formats that arrive at it. It knows nothing of the rest of the graph. */
import type { Conversions } from './conversions.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type FormatCase, filenameFormat } from './format-cases.ts';
import * as messages from './format-diagnostics.ts';
import { canonicalFormat, formatKind, isKnownFormat } from './formats.ts';
import type { FormatFlow } from './import-formats.ts';
import type { AcceptedFormats } from './operations/operation-spec.ts';
import { operationSpecs } from './operations/operation-specs.ts';
import { optionApplies } from './operations/option-applies.ts';
import type { Pipeline, Task, TaskName } from './pipeline.ts';
import { canBecome, reachable } from './reachable-formats.ts';
import { notMeasurable } from './verify-diagnostics.ts';
import { canVerify } from './verify-keys.ts';

/** A format that arrives and what it becomes; undefined = only the run can tell. */
export interface CheckedPair {
  /** The task that it comes from; undefined for a task without `input`. */
  readonly input: TaskName | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** False when `if` may keep it out. */
  readonly isSure: boolean;
}

export interface TaskFormats {
  readonly task: Task;
  readonly pairs: readonly CheckedPair[];
  readonly cases: readonly FormatCase[];
  readonly flows: ReadonlyMap<TaskName, FormatFlow>;
}

export interface FormatCheck {
  readonly pipeline: Pipeline;
  readonly conversions: Conversions | undefined;
  readonly diagnostics: Diagnostic[];
}

export function checkTask(formats: TaskFormats, check: FormatCheck): void {
  const { task } = formats;
  checkNames(formats, check);
  checkAccepted(formats, check);
  if (task.operation === 'convert') checkConversions(formats, check);
  if (task.operation === 'merge') checkMerge(formats, check);
  checkOptions(formats, check);
  checkFilename(formats, check);
  checkVerify(formats, check);
  for (const option of Object.keys(task.fileInputs)) checkFileInput(option, formats, check);
}

/** Names of formats that nobody knows, in `output_format` and `input_format`. */
function checkNames({ task, cases }: TaskFormats, { diagnostics, conversions }: FormatCheck): void {
  if (cases.every(({ to, claimed }) => isKnownFormat(to ?? 'pdf') && isKnownFormat(claimed ?? 'pdf'))) return;
  const seen = new Set<string>();
  const report = (option: string, name: string | undefined): void => {
    if (name === undefined || isKnownFormat(name) || seen.has(name)) return;
    if (conversions !== undefined && option === 'input_format' && conversions.targets(name).size > 0) return;
    seen.add(name);
    diagnostics.push(messages.unknownFormat(task.optionRanges[option] ?? task.range, name));
  };
  for (const { to, claimed } of cases) {
    report('output_format', to);
    report('input_format', claimed);
  }
}

function checkAccepted({ task, pairs }: TaskFormats, { pipeline, diagnostics }: FormatCheck): void {
  const { accepts } = operationSpecs[task.operation];
  if (accepts === undefined) return;
  const wrong = pairs.filter(
    ({ from, isSure }) => isSure && from !== undefined && !isAccepted(from, accepts),
  );
  for (const arriving of byInput(wrong, pipeline))
    diagnostics.push(messages.notAccepted(task, arriving, accepts));
}

/** A format that the language does not know may be anything. */
export function isAccepted(format: string, accepts: AcceptedFormats | undefined): boolean {
  const kind = formatKind(format);
  if (accepts === undefined || kind === undefined) return true;
  return accepts.kinds?.includes(kind) === true || accepts.formats?.includes(format) === true;
}

function checkConversions(
  { task, pairs }: TaskFormats,
  { pipeline, conversions, diagnostics }: FormatCheck,
): void {
  const wrong = pairs.filter(({ from, to, isSure }) => {
    if (!isSure || from === undefined || to === undefined || !isKnownFormat(to)) return false;
    return !canBecome(from, to, conversions);
  });
  for (const to of new Set(wrong.map((pair) => pair.to ?? ''))) {
    const some = wrong.filter((pair) => pair.to === to);
    for (const arriving of byInput(some, pipeline)) {
      const targets = reachable(arriving.formats[0] ?? '', to, conversions);
      diagnostics.push(messages.noConversion(task, arriving, { to, reachable: targets }));
    }
  }
}

function checkMerge({ task, pairs }: TaskFormats, { pipeline, conversions, diagnostics }: FormatCheck): void {
  const wrong = pairs.filter(
    ({ from, isSure }) =>
      isSure && from !== undefined && from !== 'pdf' && !canBecome(from, 'pdf', conversions),
  );
  for (const arriving of byInput(wrong, pipeline)) diagnostics.push(messages.notMergeable(task, arriving));
}

/** An option must have a meaning for at least one file: a task may take several formats, and defaults are for many tasks. */
function checkOptions({ task, pairs }: TaskFormats, { diagnostics }: FormatCheck): void {
  const [first] = pairs;
  if (first === undefined) return;
  const { options } = operationSpecs[task.operation];
  for (const name of Object.keys(task.options)) {
    const option = options[name];
    if (option?.appliesTo === undefined || task.inherited?.includes(name) === true) continue;
    if (pairs.some((pair) => optionApplies(option, pair))) continue;
    diagnostics.push(messages.idleOption(task, name, { pair: first, appliesTo: option.appliesTo }));
  }
}

function checkFilename({ task, cases, pairs }: TaskFormats, { pipeline, diagnostics }: FormatCheck): void {
  if (task.options['filename'] === undefined) return;
  const { gives } = operationSpecs[task.operation];
  if (gives === 'unknown') return;
  const outputs = new Set(pairs.map(({ to }) => to));
  const [only] = outputs;
  for (const { variant, to } of cases) {
    const output = gives === 'output_format' ? to : outputs.size === 1 ? only : undefined;
    const extension = filenameFormat(task, variant, pipeline.params);
    if (output === undefined || extension === undefined || !isKnownFormat(extension)) continue;
    if (canonicalFormat(extension) === output) continue;
    diagnostics.push(messages.contradictingName(task, extension, output));
    return;
  }
}

/** Every file that the task makes is measured: it must be possible for each format that comes out. */
function checkVerify({ task, pairs }: TaskFormats, { diagnostics }: FormatCheck): void {
  const { verify } = task;
  if (verify === undefined || operationSpecs[task.operation].gives === 'unknown') return;
  const outputs = [...new Set(pairs.flatMap(({ to, isSure }) => (isSure && to !== undefined ? to : [])))];
  for (const key of Object.keys(verify.values)) {
    const format = outputs.find((to) => !canVerify(key, to));
    if (format !== undefined) diagnostics.push(notMeasurable(task, key, format));
  }
}

function checkFileInput(
  option: string,
  { task, flows }: TaskFormats,
  { pipeline, diagnostics }: FormatCheck,
): void {
  const accepts = operationSpecs[task.operation].options[option]?.accepts;
  const source = task.fileInputs[option];
  const from = source === undefined ? undefined : pipeline.tasks.get(source);
  if (accepts === undefined || from === undefined) return;
  const formats = [...(flows.get(from.name)?.formats ?? [])].filter((format) => !isAccepted(format, accepts));
  if (formats.length > 0) {
    diagnostics.push(messages.fileInputNotAccepted({ task, option, accepts }, { formats, from }));
  }
}

/** One message for all formats that come from one task. */
function byInput(pairs: readonly CheckedPair[], { tasks }: Pipeline): readonly messages.Arriving[] {
  if (pairs.length === 0) return [];
  const groups = new Map<TaskName, Set<string>>();
  for (const { input, from } of pairs) {
    if (input === undefined || from === undefined) continue;
    const formats = groups.get(input) ?? new Set();
    groups.set(input, formats.add(from));
  }
  return [...groups].flatMap(([input, formats]) => {
    const from = tasks.get(input);
    return from === undefined ? [] : [{ from, formats: [...formats] }];
  });
}
