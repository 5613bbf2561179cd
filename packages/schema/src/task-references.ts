/** Which tasks a task names, and where: `input`, `needs`, and options whose value is a task. Shapes are checked before. */
import { isJsonList, type JsonPath } from './json.ts';
import type { OperationSpec } from './operations/operation-spec.ts';
import type { Given, TaskBody } from './task-body.ts';

export interface Reference {
  readonly kind: 'input' | 'needs' | 'file';
  readonly to: string;
  readonly path: JsonPath;
}

export function taskReferences({ control, options, spec }: TaskBody): readonly Reference[] {
  const references: Reference[] = [];
  add(references, 'input', control['input']);
  add(references, 'needs', control['needs']);
  for (const key of spec === undefined ? [] : fileInputsOf(spec)) {
    if (Object.hasOwn(options, key)) add(references, 'file', options[key]);
  }
  return references;
}

// Asked for each task; few operations have any.
const known = new WeakMap<OperationSpec, readonly string[]>();

/** Options whose value is a task. */
function fileInputsOf(spec: OperationSpec): readonly string[] {
  const old = known.get(spec);
  if (old !== undefined) return old;
  const names = Object.keys(spec.options).filter((key) => spec.options[key]?.isFileInput === true);
  known.set(spec, names);
  return names;
}

function add(references: Reference[], kind: Reference['kind'], given: Given | undefined): void {
  if (given === undefined) return;
  const { value, path } = given;
  if (typeof value === 'string') {
    if (!value.includes('${{')) references.push({ kind, to: value, path });
  } else if (isJsonList(value)) {
    value.forEach((to, index) => {
      if (typeof to === 'string' && !to.includes('${{'))
        references.push({ kind, to, path: [...path, index] });
    });
  }
}
