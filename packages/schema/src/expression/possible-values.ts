/**
 * Every value that a template can have, where that is known before the run: its expressions read nothing but the matrix,
 * parameters with an `enum`, and constants. Combinations are real ones, so that no impossible value is complained about.
 */
import type { JsonScalar } from '../json.ts';
import type { Param, Variant } from '../pipeline.ts';
import { evaluateTemplate } from './evaluate-template.ts';
import type { Expression, Template } from './template.ts';

export interface KnownValues {
  readonly variants: readonly Variant[];
  readonly params: ReadonlyMap<string, Param>;
}

/** More combinations than this are not looked at. */
const maxCombinations = 512;

/** Distinct values in the order of the variants; undefined when only the run can tell. */
export function possibleValues(template: Template, known: KnownValues): readonly JsonScalar[] | undefined {
  const names = paramsRead(template, known.params);
  if (names === undefined) return undefined;
  const combinations = combine(names, known.params, known.variants.length);
  if (combinations === undefined) return undefined;
  const values = new Set<JsonScalar>();
  for (const matrix of known.variants) {
    for (const params of combinations) {
      const value = evaluateTemplate(template, {
        params,
        env: {},
        secrets: {},
        matrix,
        job: { id: '', date: '' },
      });
      // What cannot be evaluated is a mistake that the check of types finds, or a value that the run must have.
      if (!value.ok) return undefined;
      values.add(value.value);
    }
  }
  return [...values];
}

/** Calls `visit` for each reference. `isOptional`: inside the first argument of `default`, so it may be missing. */
export function visitReferences(
  template: Template,
  visit: (reference: Extract<Expression, { type: 'reference' }>, isOptional: boolean) => void,
): void {
  const walk = (expression: Expression, isOptional: boolean): void => {
    switch (expression.type) {
      case 'literal':
        return;
      case 'reference':
        return visit(expression, isOptional);
      case 'list':
        return expression.items.forEach((item) => walk(item, false));
      case 'not':
        return walk(expression.operand, false);
      case 'binary':
        walk(expression.left, false);
        return walk(expression.right, false);
      default:
        return expression.arguments.forEach((argument, index) =>
          walk(argument, expression.name === 'default' && index === 0),
        );
    }
  };
  for (const part of template.parts) if (typeof part !== 'string') walk(part, false);
}

/** Undefined when something else than the matrix and parameters with an `enum` is read. */
function paramsRead(template: Template, params: KnownValues['params']): readonly string[] | undefined {
  const names = new Set<string>();
  let isKnown = true;
  visitReferences(template, ({ root, name }) => {
    if (root === 'params' && params.get(name)?.enum !== undefined) names.add(name);
    else if (root !== 'matrix') isKnown = false;
  });
  return isKnown ? [...names] : undefined;
}

function combine(
  names: readonly string[],
  params: KnownValues['params'],
  variantCount: number,
): readonly Readonly<Record<string, JsonScalar>>[] | undefined {
  let combinations: Readonly<Record<string, JsonScalar>>[] = [{}];
  for (const name of names) {
    const values = params.get(name)?.enum ?? [];
    if (combinations.length * values.length * variantCount > maxCombinations) return undefined;
    combinations = combinations.flatMap((combination) =>
      values.map((value) => ({ ...combination, [name]: value })),
    );
  }
  return combinations.length * variantCount > maxCombinations ? undefined : combinations;
}
