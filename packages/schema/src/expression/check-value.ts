/** Whether what a template can become fits the option that it is for. It assumes that the template itself is right. */
import { didYouMean } from '../did-you-mean.ts';
import { isJsonList, type JsonObject, type JsonScalar } from '../json.ts';
import type { Range } from '../source.ts';
import { wrongType, wrongValue } from './check-mistakes.ts';
import type { TemplateEnvironment, WantedValue } from './check-template.ts';
import type { ExpressionError } from './expression-error.ts';
import { possibleValues } from './possible-values.ts';
import { accepts, allowedTypes, isAllowedType, type ScalarType } from './scalar-schema.ts';
import type { Expression, Template } from './template.ts';

export interface ValueCheck {
  readonly template: Template;
  readonly types: readonly ScalarType[];
  readonly wanted: WantedValue;
  readonly environment: TemplateEnvironment;
}

export function checkValue(check: ValueCheck): readonly ExpressionError[] {
  const { template, types, wanted, environment } = check;
  const range = rangeOfTemplate(template);
  if (types.length === 0) return [];
  const allowed = allowedTypes(wanted.schema);
  const values = possibleValues(template, environment) ?? [];
  if (allowed !== undefined && !types.some((type) => isAllowedType(type, allowed))) {
    return [wrongType(wanted, types, { range, hint: typeHint(check, allowed, values) })];
  }
  const wrong = values.find((value) => !accepts(wanted.schema, value));
  return wrong === undefined
    ? []
    : [wrongValue(wanted, wrong, { range, hint: valueHint(wrong, wanted.schema) })];
}

function typeHint(
  { template, wanted }: ValueCheck,
  allowed: readonly ScalarType[],
  values: readonly JsonScalar[],
): string | undefined {
  const [only] = template.parts;
  const takesText = allowed.includes('string');
  if (template.parts.length > 1) {
    return takesText ? undefined : 'text around an expression makes it a text: leave only the expression';
  }
  if (only === undefined || typeof only === 'string' || only.type !== 'reference') return undefined;
  const type = allowed[0] ?? 'string';
  if (only.root === 'env')
    return `environment variables are texts: declare a parameter \`{ type: ${type} }\` instead`;
  if (only.root === 'params') return `declare the parameter with \`type: ${type}\``;
  if (only.root !== 'matrix') return undefined;
  if (takesText) return 'put the values of the matrix in quotes';
  const [value] = values;
  return value === undefined ? undefined : unquotedHint(value, wanted.schema);
}

function valueHint(value: JsonScalar, schema: JsonObject): string | undefined {
  const { enum: choices } = schema;
  if (!isJsonList(choices)) return unquotedHint(value, schema);
  return didYouMean(
    String(value),
    choices.filter((choice) => typeof choice === 'string'),
  );
}

/** For `"960"` where a number is wanted. */
function unquotedHint(value: JsonScalar, schema: JsonObject): string | undefined {
  const isNumber = typeof value === 'string' && value.trim() !== '' && accepts(schema, Number(value));
  return isNumber ? `write ${value} without quotes` : undefined;
}

/** From the first to the last expression. */
function rangeOfTemplate({ parts }: Template): Range {
  const expressions = parts.filter((part): part is Expression => typeof part !== 'string');
  return { start: expressions[0]?.range.start ?? 0, end: expressions.at(-1)?.range.end ?? 0 };
}
