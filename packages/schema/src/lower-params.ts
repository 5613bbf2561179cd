/** `params` → declarations whose default, enum, limits and pattern agree with their type. It knows no expressions. */
import { didYouMean } from './did-you-mean.ts';
import type { Diagnostic } from './diagnostic.ts';
import { foundValue, written } from './describe-value.ts';
import {
  isJsonList,
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonScalar,
  type JsonValue,
} from './json.ts';
import { badName, badParam } from './key-diagnostics.ts';
import type { Param } from './pipeline.ts';
import type { Places } from './places.ts';
import type { RangeIndex } from './range-index.ts';

export interface LoweredParams {
  /** Also those with a mistake, so that expressions that read them are not mistakes as well. */
  readonly params: ReadonlyMap<string, Param>;
  readonly diagnostics: readonly Diagnostic[];
}

/** `known`: what is wrong with their shape; nothing more is said about those declarations. */
export function lowerParams(params: JsonObject, places: Places, known: RangeIndex): LoweredParams {
  const lowered = new Map<string, Param>();
  const diagnostics: Diagnostic[] = [];
  for (const [name, declared] of Object.entries(params)) {
    const path: JsonPath = ['params', name];
    const range = places.key(path);
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) {
      diagnostics.push(badName(range, { what: 'a parameter', name, isVariable: false }));
    }
    const declaration: JsonObject = isJsonObject(declared) ? declared : { default: declared };
    const param: Param = { name, range, ...paramOf(declaration) };
    lowered.set(name, param);
    const { end } = places.value(path);
    if (known.touches({ start: range.start, end })) continue;
    diagnostics.push(
      ...contradictions(param, { path: isJsonObject(declared) ? path : [], places, bare: path }),
    );
  }
  return { params: lowered, diagnostics };
}

type Type = Param['type'];
const types: readonly Type[] = ['string', 'integer', 'number', 'boolean'];

function paramOf(declaration: JsonObject): Omit<Param, 'name' | 'range'> {
  const { default: fallback, enum: values, minimum, maximum, pattern, description } = declaration;
  const type = types.find((one) => one === declaration['type']) ?? typeOf(fallback ?? null);
  return {
    type,
    ...(isScalar(fallback) && fallback !== null ? { default: fallback } : {}),
    ...(isJsonList(values) ? { enum: values.filter(isScalar) } : {}),
    ...(typeof minimum === 'number' ? { minimum } : {}),
    ...(typeof maximum === 'number' ? { maximum } : {}),
    ...(typeof pattern === 'string' ? { pattern } : {}),
    ...(typeof description === 'string' ? { description } : {}),
  };
}

function typeOf(value: JsonValue): Type {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

const isScalar = (value: JsonValue | undefined): value is JsonScalar =>
  value !== undefined && !isJsonList(value) && !isJsonObject(value);

interface Where {
  /** Of the declaration; empty for a bare default. */
  readonly path: JsonPath;
  readonly bare: JsonPath;
  readonly places: Places;
}

function contradictions(param: Param, { path, places, bare }: Where): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const { type, minimum, maximum, pattern } = param;
  const at = (key: string) => (path.length === 0 ? places.value(bare) : places.value([...path, key]));
  const isNumber = type === 'integer' || type === 'number';
  for (const key of ['minimum', 'maximum'] as const) {
    if (param[key] !== undefined && !isNumber) {
      found.push(
        badParam(
          places.key([...path, key]),
          `"${key}" is for numbers, and the type is ${type}`,
          'write `type: integer` or `type: number`',
        ),
      );
    }
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    found.push(badParam(at('maximum'), `"maximum" (${maximum}) is less than "minimum" (${minimum})`));
  }
  if (pattern !== undefined && type !== 'string') {
    found.push(badParam(places.key([...path, 'pattern']), `"pattern" is for texts, and the type is ${type}`));
  }
  const expression = compiled(pattern);
  if (pattern !== undefined && expression === undefined) {
    found.push(
      badParam(
        at('pattern'),
        `"${pattern}" is not a regular expression`,
        'a backslash in double quotes is written twice; use single quotes',
      ),
    );
  }
  (param.enum ?? []).forEach((value, index) => {
    if (fits(value, type)) return;
    found.push(
      badParam(
        places.value([...path, 'enum', index]),
        `${foundValue(value)} in "enum" is not of the type ${type}`,
        quotes(value, type),
      ),
    );
  });
  if (found.length === 0 && param.default !== undefined)
    found.push(...badDefault(param, param.default, at('default')));
  return found;
}

function badDefault(param: Param, value: JsonScalar, range: Param['range']): readonly Diagnostic[] {
  const { type, minimum, maximum, pattern } = param;
  const wrong = (message: string, hint?: string): Diagnostic[] => [
    badParam(range, `the default ${message}`, hint),
  ];
  if (!fits(value, type))
    return wrong(`is ${foundValue(value)}, and the type is ${type}`, quotes(value, type));
  if (param.enum !== undefined && !param.enum.includes(value)) {
    const possible = param.enum.map((one) => written(one));
    return wrong(`is not in "enum": ${possible.join(', ')}`, didYouMean(String(value), possible));
  }
  if (typeof value === 'number' && minimum !== undefined && value < minimum)
    return wrong(`${value} is less than "minimum" (${minimum})`);
  if (typeof value === 'number' && maximum !== undefined && value > maximum)
    return wrong(`${value} is more than "maximum" (${maximum})`);
  if (typeof value === 'string' && compiled(pattern)?.test(value) === false)
    return wrong(`does not match "pattern"`);
  return [];
}

function fits(value: JsonScalar, type: Type): boolean {
  if (type === 'integer') return typeof value === 'number' && Number.isInteger(value);
  return typeof value === type;
}

const quotes = (value: JsonScalar, type: Type): string | undefined => {
  if (type === 'string') return `put it in quotes: "${String(value)}"`;
  if (
    typeof value === 'string' &&
    fits(/^-?[0-9.]+$/.test(value) ? Number(value) : value === 'true' || value === 'false', type)
  ) {
    return `write ${value} without quotes`;
  }
  return undefined;
};

function compiled(pattern: string | undefined): RegExp | undefined {
  if (pattern === undefined) return undefined;
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}
