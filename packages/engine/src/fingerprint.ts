/**
 * What the result of an action depends on, and nothing else: the operation, its options, who does the work, and the
 * content and names of its files. One walk lists it; the key is the hash of that list, and the list is the explanation,
 * so that the two cannot drift apart. Not in it: the name of the task, limits, timeouts, retries, secrets, absolute
 * paths and times.
 */
import type { JsonObject, JsonValue, OperationName, OptionSpec } from '@pipeline/schema';
import { isJsonList, isJsonObject, operationSpecs } from '@pipeline/schema';
import { filePlace } from './artifact.ts';
import type { ActionPlan, ActionRequest, Artifact } from './operation.ts';

/** One thing that the result depends on: `option quality` is `80`, `input docs/a.md` has this hash. */
export interface Ingredient {
  readonly name: string;
  readonly value: string;
}

export interface Fingerprint {
  /** Hex SHA-256 of the ingredients. */
  readonly key: string;
  readonly ingredients: readonly Ingredient[];
}

/** The version of the language: what the same words mean. */
const languageVersion = '1';

/** Every file of the request must have its hash. `digest`: text → hex SHA-256. */
export function fingerprintOf(
  request: ActionRequest,
  plan: ActionPlan | undefined,
  digest: (text: string) => string,
): Fingerprint {
  const ingredients = [
    ...own(request),
    ...converter(plan),
    ...request.inputs.map((file) => fileIngredient('input', file)),
    ...Object.entries(request.fileInputs).flatMap(([option, files]) =>
      files.map((file) => fileIngredient(option, file)),
    ),
  ];
  const text = ingredients.map(({ name, value }) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return { key: digest(text.join('\n')), ingredients };
}

function own({ task, options, verify }: ActionRequest): readonly Ingredient[] {
  return [
    { name: 'language', value: languageVersion },
    { name: 'operation', value: task.operation },
    ...counting(task.operation, options).map(([name, value]) => ({ name: `option ${name}`, value })),
    ...sorted(verify ?? {}).map(([name, value]) => ({ name: `verify ${name}`, value: canonical(value) })),
  ];
}

/** An option that says what holds anyway makes no difference. */
function counting(operation: OperationName, options: JsonObject): readonly [string, string][] {
  const specs = operationSpecs[operation].options;
  return sorted(options).flatMap(([name, value]): [string, string][] => {
    const spec = specs[name];
    const text = canonical(plain(value, spec));
    const usual = spec?.default;
    return usual !== undefined && canonical(plain(usual, spec)) === text ? [] : [[name, text]];
  });
}

/** YAML makes a number of `pages: 1`, and a text of `pages: "1"`: where both are taken, they mean the same. */
function plain(value: JsonValue, spec: OptionSpec | undefined): JsonValue {
  const types = spec?.schema['type'];
  return typeof value === 'number' && isJsonList(types) && types.includes('string') ? String(value) : value;
}

function converter(plan: ActionPlan | undefined): readonly Ingredient[] {
  const used = plan?.converter;
  return [
    ...(used === undefined ? [] : [{ name: 'converter', value: `${used.name} ${used.version}` }]),
    ...sorted(plan?.basis ?? {}).map(([name, value]) => ({ name, value })),
  ];
}

function fileIngredient(kind: string, file: Artifact): Ingredient {
  if (file.sha256 === undefined) throw new Error(`${filePlace(file)} was not hashed`);
  return { name: `${kind} ${filePlace(file)}`, value: file.sha256 };
}

/** The same text for the same value, in whatever order its keys were written. */
export function canonical(value: JsonValue): string {
  if (isJsonList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return `{${sorted(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .join(',')}}`;
}

function sorted<T>(map: Readonly<Record<string, T>>): readonly [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
