/**
 * The options of one task, as strangers send them: what is missing, what is no value of its option, which file names are
 * none. Numbers and booleans that come as text (some clients know nothing else) become what their option takes. Options
 * that the operation does not have are kept and not used, as CloudConvert has it. It knows no other task.
 */
import {
  isJsonList,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type OperationName,
  operationNames,
  type OperationSpec,
  operationSpecs,
  optionMistake,
} from '@pipeline/schema';

export interface CheckedOptions {
  /** Of the task as it is stored: its operation, its `input` as a list, and its options. */
  readonly payload: JsonObject;
  /** Options, and what is wrong with each. */
  readonly mistakes: readonly Mistake[];
}

type Mistake = readonly [key: string, message: string];

/** Keys of the task itself, which are checked by whoever knows tasks. */
const ownKeys: ReadonlySet<string> = new Set(['operation', 'input', 'name']);

export function checkOptions(
  spec: OperationSpec,
  given: JsonObject,
  input: readonly string[] | undefined,
): CheckedOptions {
  const { name: operation } = spec;
  // Never a copy of another object: such have no shape in common, and cost more than all else that is done here.
  const payload: Record<string, JsonValue> = input === undefined ? { operation } : { operation, input };
  const mistakes: Mistake[] = [];
  for (const key of Object.keys(given)) {
    const value = given[key] ?? null;
    if (value === null || ownKeys.has(key)) continue;
    const checked = checkOne({ key, value, spec });
    if (checked.mistake !== undefined) mistakes.push([key, checked.mistake]);
    else if (checked.value !== undefined) payload[key] = checked.value;
  }
  for (const [key, message] of missing(spec, payload)) {
    if (!mistakes.some(([known]) => known === key)) mistakes.push([key, message]);
  }
  return { payload, mistakes };
}

interface Given {
  readonly key: string;
  readonly value: JsonValue;
  readonly spec: OperationSpec;
}

interface Checked {
  /** Undefined: as if it had not been sent. */
  readonly value?: JsonValue;
  readonly mistake?: string;
}

function checkOne({ key, value, spec }: Given): Checked {
  if (key === 'timeout') return checkTimeout(value);
  if (key === 'ignore_error') return checkIgnoreError(value);
  const option = Object.hasOwn(spec.options, key) ? spec.options[key] : undefined;
  if (option === undefined) return { value };
  if (value === '' && option.schema['minLength'] !== undefined) return {};
  const fitting = asTyped(value, option.schema);
  if (fitting === '' && !typesOf(option.schema).includes('string')) return {};
  const takes = optionMistake(spec.name, key, fitting);
  if (takes !== undefined) return { mistake: `The ${words(key)} must be ${takes}.` };
  if (key === 'filename' && typeof fitting === 'string' && !isFileName(fitting)) {
    return { mistake: 'The filename must be the name of a file, without any folder.' };
  }
  return { value: fitting };
}

/** Seconds. */
function checkTimeout(value: JsonValue): Checked {
  if (value === '') return {};
  const seconds = typeof value === 'string' ? Number(value) : value;
  return typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 1
    ? { value: seconds }
    : { mistake: 'The timeout must be a whole number of seconds, at least 1.' };
}

function checkIgnoreError(value: JsonValue): Checked {
  if (value === '') return {};
  const typed = asTyped(value, { type: 'boolean' });
  return typeof typed === 'boolean'
    ? { value: typed }
    : { mistake: 'The ignore error field must be true or false.' };
}

function missing(spec: OperationSpec, payload: JsonObject): readonly Mistake[] {
  const found: Mistake[] = [];
  for (const key of spec.required) {
    if (!Object.hasOwn(payload, key)) found.push([key, `The ${words(key)} field is required.`]);
  }
  for (const group of spec.oneOf ?? []) {
    const given = group.filter((key) => Object.hasOwn(payload, key));
    const [first = ''] = group;
    if (given.length === 0) {
      found.push([first, `The ${words(first)} field is required, or ${group.slice(1).join(' or ')}.`]);
    }
    const [, second] = given;
    if (second !== undefined) found.push([second, `Only one of ${group.join(' and ')} may be given.`]);
  }
  return found;
}

/** `"250"` → 250 where a number is meant and a text is not; the other way where only a text is. */
function asTyped(value: JsonValue, schema: JsonObject): JsonValue {
  const types = typesOf(schema);
  if (typeof value === 'string' && !types.includes('string')) return fromText(value, types);
  if (typeof value === 'number') return numberAs(value, types);
  if (isJsonList(value) && isJsonObject(schema['items'])) {
    const { items } = schema;
    return value.map((item) => asTyped(item, items));
  }
  // Nothing in a list is an empty map in PHP, and the other way round.
  if (isJsonList(value) && value.length === 0 && types.includes('object')) return {};
  return value;
}

function fromText(value: string, types: readonly string[]): JsonValue {
  const text = value.trim();
  if (
    (types.includes('integer') || types.includes('number')) &&
    text !== '' &&
    Number.isFinite(Number(text))
  ) {
    return Number(text);
  }
  if (types.includes('boolean') && booleans.has(text.toLowerCase()))
    return booleans.get(text.toLowerCase()) ?? value;
  if (types.includes('array') && text !== '') return [value];
  return value;
}

function numberAs(value: number, types: readonly string[]): JsonValue {
  if (types.includes('integer') || types.includes('number')) return value;
  if (types.includes('boolean') && (value === 0 || value === 1)) return value === 1;
  return types.includes('string') ? String(value) : value;
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Of a choice: the types of its values. */
function typesOf(schema: JsonObject): readonly string[] {
  const { type, enum: choices } = schema;
  if (typeof type === 'string') return [type];
  if (isJsonList(type)) return type.filter((one) => typeof one === 'string');
  return isJsonList(choices) ? [...new Set(choices.map((choice) => typeof choice))] : [];
}

/** No separator of any system, nothing that leads elsewhere, nothing invisible, and short enough for a file system. */
function isFileName(name: string): boolean {
  return (
    // oxlint-disable-next-line no-control-regex
    !/[/\\\u0000-\u001F\u007F]/.test(name) && !/^\.{0,2}$/.test(name) && Buffer.byteLength(name) <= 255
  );
}

/** `output_format` → `output format`, as CloudConvert's messages have it. */
const words = (key: string): string => key.replaceAll('_', ' ');

/** Options whose value is another task, whose files are taken: `image` of a watermark. */
export const fileInputs: ReadonlyMap<OperationName, readonly string[]> = new Map(
  operationNames.map((operation) => [operation, fileOptions(operationSpecs[operation])]),
);

function fileOptions({ options }: OperationSpec): readonly string[] {
  return Object.keys(options).filter((name) => options[name]?.isFileInput === true);
}
