/**
 * What a task does as far as formats go, variant by variant: which format comes out, which is claimed to come in, whether
 * `if` lets a format pass. It knows no graph and no conversions.
 */
import { evaluateTemplate } from './expression/evaluate-template.ts';
import { possibleValues, visitReferences } from './expression/possible-values.ts';
import type { Expression, Template } from './expression/template.ts';
import { canonicalFormat, fileExtension, formatNames } from './formats.ts';
import type { JsonValue } from './json.ts';
import type { Param, Pipeline, Task, Variant } from './pipeline.ts';

export interface FormatCase {
  readonly variant: Variant;
  /** Canonical; undefined when only the run can tell, or when the operation has no `output_format`. */
  readonly to: string | undefined;
  /** The value of `input_format`, canonical. */
  readonly claimed: string | undefined;
}

type Params = Pipeline['params'];

/** A task whose formats do not depend on the matrix has one case, however many variants there are. */
export function formatCases(task: Task, params: Params): readonly FormatCase[] {
  if (task.templates.length === 0 && task.condition === undefined) return [plainCase(task)];
  const variants = variesByMatrix(task) ? task.variants : task.variants.slice(0, 1);
  return variants.flatMap((variant) => {
    const claims = optionValues(task, 'input_format', { variant, params });
    return optionValues(task, 'output_format', { variant, params }).flatMap((to) =>
      claims.map((claimed) => ({ variant, to: canonical(to), claimed: canonical(claimed) })),
    );
  });
}

function plainCase({ options, variants }: Task): FormatCase {
  const { output_format: to, input_format: claimed } = options;
  return { variant: variants[0] ?? {}, to: canonical(textOf(to)), claimed: canonical(textOf(claimed)) };
}

const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const canonical = (format: string | undefined): string | undefined =>
  format === undefined ? undefined : canonicalFormat(format);

interface OptionScope {
  readonly variant: Variant;
  readonly params: Params;
}

/** `[undefined]` when the option is absent or not known before the run. */
export function optionValues(
  task: Task,
  name: string,
  { variant, params }: OptionScope,
): readonly (string | undefined)[] {
  const template = templateOf(task, name);
  if (template === undefined) {
    return [textOf(task.options[name])];
  }
  const values = possibleValues(template, { variants: [variant], params });
  return values === undefined
    ? [undefined]
    : values.map((value) => (typeof value === 'string' ? value : undefined));
}

function templateOf(task: Task, name: string): Template | undefined {
  if (task.templates.length === 0) return undefined;
  return task.templates.find(({ path }) => path.length === 1 && path[0] === name)?.template;
}

function variesByMatrix(task: Task): boolean {
  if (task.variants.length < 2) return false;
  const templates = [
    task.condition,
    ...['output_format', 'input_format', 'filename'].map((name) => templateOf(task, name)),
  ];
  let isVarying = false;
  for (const template of templates) {
    if (template === undefined) continue;
    visitReferences(template, ({ root }) => {
      isVarying ||= root === 'matrix';
    });
  }
  return isVarying;
}

/** `unsure`: it depends on names or sizes of files, which may well sort the formats. */
export function passes(
  task: Task,
  { variant, format }: { variant: Variant; format: string },
): 'yes' | 'no' | 'unsure' {
  const [condition] = task.condition?.parts ?? [];
  if (task.condition === undefined || condition === undefined || typeof condition === 'string') return 'yes';
  const answers = extensionsOf(format).map((ext) => judge(condition, { variant, format, ext }));
  if (answers.every((answer) => answer === false)) return 'no';
  if (answers.every((answer) => answer === true)) return 'yes';
  let readsFile = false;
  visitReferences(task.condition, ({ root }) => {
    readsFile ||= root === 'file';
  });
  return readsFile ? 'unsure' : 'yes';
}

interface Known {
  readonly variant: Variant;
  readonly format: string;
  readonly ext: string;
}

/** Undefined when only the run can tell. */
function judge(expression: Expression, known: Known): boolean | undefined {
  if (expression.type === 'not') {
    const operand = judge(expression.operand, known);
    return operand === undefined ? undefined : !operand;
  }
  if (expression.type === 'binary' && (expression.operator === '&&' || expression.operator === '||')) {
    const left = judge(expression.left, known);
    const right = judge(expression.right, known);
    const decisive = expression.operator === '||';
    if (left === decisive || right === decisive) return decisive;
    return left === undefined || right === undefined ? undefined : !decisive;
  }
  return isKnown(expression, known) ? evaluated(expression, known) : undefined;
}

function isKnown(expression: Expression, { variant }: Known): boolean {
  let known = true;
  visitReferences({ parts: [expression] }, ({ root, name }) => {
    const isFormat = root === 'file' && (name === 'format' || name === 'ext');
    if (!isFormat && !(root === 'matrix' && Object.hasOwn(variant, name))) known = false;
  });
  return known;
}

function evaluated(expression: Expression, { variant, format, ext }: Known): boolean | undefined {
  const file = { path: '', dir: '', name: '', stem: '', ext, format, size: 0 };
  const scope = { params: {}, env: {}, secrets: {}, matrix: variant, file, job: { id: '', date: '' } };
  const value = evaluateTemplate({ parts: [expression] }, scope);
  return value.ok && typeof value.value === 'boolean' ? value.value : undefined;
}

let spellings: Map<string, string[]> | undefined;

/** `jpg` may be written `.jpg`, `.jpeg`, `.JPG` … */
function extensionsOf(format: string): readonly string[] {
  if (spellings === undefined) {
    spellings = new Map();
    for (const name of formatNames()) {
      const known = spellings.get(canonicalFormat(name)) ?? [];
      spellings.set(canonicalFormat(name), [...known, name, name.toUpperCase()]);
    }
  }
  return spellings.get(format) ?? [format, format.toUpperCase()];
}

/**
 * The extension that `filename` gives the output, canonical; undefined when there is none or when it is not known.
 * What stands before the last dot need not be known: `${{ file.stem }}-small.${{ matrix.format }}`.
 */
export function filenameFormat(
  task: Task,
  variant: Variant,
  params: ReadonlyMap<string, Param>,
): string | undefined {
  const template = templateOf(task, 'filename');
  const { filename } = task.options;
  if (template === undefined) return typeof filename === 'string' ? extension(filename) : undefined;
  let tail = '';
  for (const part of template.parts.toReversed()) {
    const piece = typeof part === 'string' ? part : onlyValue({ parts: [part] }, { variant, params });
    // A letter stands for what is not known, so that `.png` is no hidden file.
    if (piece === undefined) return tail.includes('.') ? extension(`x${tail}`) : undefined;
    tail = `${piece}${tail}`;
  }
  return extension(tail);
}

function onlyValue(template: Template, { variant, params }: OptionScope): string | undefined {
  const values = possibleValues(template, { variants: [variant], params }) ?? [];
  return values.length === 1 ? String(values[0]) : undefined;
}

function extension(name: string): string | undefined {
  const found = canonicalFormat(fileExtension(name));
  return found === '' ? undefined : found;
}
