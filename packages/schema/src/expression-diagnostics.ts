/** Mistakes in expressions, and missing or wrong values of a run, as diagnostics. */
import { diagnostic } from './diagnostics.ts';
import type { Diagnostic } from './diagnostic.ts';
import { nearest } from './did-you-mean.ts';
import type { ExpressionError } from './expression/expression-error.ts';
import type { Param } from './pipeline.ts';
import type { Range } from './source.ts';

export const expressionDiagnostic = ({ code, ...parts }: ExpressionError): Diagnostic =>
  diagnostic(code, parts);

/** The name in the environment that gives a parameter: `PIPELINE_PARAM_MAX_WIDTH` for `max-width`. */
export const paramVariable = (name: string): string =>
  `PIPELINE_PARAM_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

/** There is no place in the file for what is not in it: the message stands at the nearest declared parameter. */
export function unknownParam(name: string, params: ReadonlyMap<string, Param>): Diagnostic {
  const near = nearest(name, params.keys());
  const [first] = params.values();
  const range = (near === undefined ? first : params.get(near))?.range ?? { start: 0, end: 0 };
  return diagnostic('PL211', {
    range,
    message: `the pipeline has no parameter "${name}"`,
    hint:
      near === undefined
        ? params.size === 0
          ? 'it declares no `params` at all'
          : `it has ${[...params.keys()].join(', ')}`
        : `did you mean "${near}"?`,
  });
}

export const wrongParamValue = (
  param: Param,
  {
    given,
    wanted,
    hint,
  }: { readonly given: string; readonly wanted: string; readonly hint?: string | undefined },
): Diagnostic =>
  diagnostic('PL212', {
    range: param.range,
    message: `the parameter "${param.name}" takes ${wanted}, but ${given}`,
    hint,
  });

export const missingParam = ({ name, range, description }: Param): Diagnostic =>
  diagnostic('PL213', {
    range,
    message: `the parameter "${name}" has no value${description === undefined ? '' : ` (${description})`}`,
    hint: `give it with \`-p ${name}=…\` or ${paramVariable(name)}, or declare a \`default\``,
  });

/** `range` is that of the expression that needs it. */
export const missingVariable = (name: string, range: Range): Diagnostic =>
  diagnostic('PL214', {
    range,
    message: `the environment variable ${name} is not set`,
    hint: `set it, give it a default under \`env\`, or write \`default(env.${name}, …)\``,
  });

export const missingSecret = (name: string, range: Range): Diagnostic =>
  diagnostic('PL215', {
    range,
    message: `the secret ${name} is not set in the environment`,
    hint: `set the environment variable ${name}`,
  });
