/**
 * One value of an option, for whoever takes options from elsewhere than a pipeline file: is it what the operation's table
 * says, and if not, what would be. It knows no tasks, no files and no expressions.
 */
import { describeSchema } from './expression/scalar-schema.ts';
import { optionValidators } from './generated/validators.js';
import type { JsonValue } from './json.ts';
import type { OperationName } from './operations/operation-name.ts';
import { operationSpecs } from './operations/operation-specs.ts';

/** Undefined when it fits, or when the operation has no such option; else what it takes: `a whole number from 0 to 100`. */
export function optionMistake(
  operation: OperationName,
  option: string,
  value: JsonValue,
): string | undefined {
  const validators = optionValidators[operation] ?? {};
  const validator = Object.hasOwn(validators, option) ? validators[option] : undefined;
  if (validator === undefined || validator(value)) return undefined;
  const schema = operationSpecs[operation].options[option]?.schema ?? {};
  return describeSchema(schema);
}
