/** Walks what the language has parsed; it evaluates nothing. */
import type { Expression, Template } from '@pipeline/schema';

/** Every expression in it, however deep. */
export function expressionsOf(template: Template): readonly Expression[] {
  const found = template.parts.filter((part) => typeof part !== 'string');
  for (const expression of found) found.push(...operands(expression));
  return found;
}

function operands(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'literal':
    case 'reference':
      return [];
    case 'list':
      return expression.items;
    case 'not':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'call':
      return expression.arguments;
    default:
      return [];
  }
}
