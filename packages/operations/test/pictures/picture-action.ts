/** Runs an operation on a picture through the real hosts, as the engine would. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionRequest, Failure, Operation, OperationResult } from '@pipeline/engine';
import type { JsonObject, OperationName } from '@pipeline/schema';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';

export interface PictureAction {
  readonly name: string;
  readonly input: Buffer | string;
  readonly options: JsonObject;
  /** The file of the `image` option. */
  readonly image?: { readonly name: string; readonly input: Buffer | string };
}

function fileOf(file: { readonly name: string; readonly input: Buffer | string }) {
  const path = join(newFolder(), 'artifact');
  writeFileSync(path, file.input);
  return artifact(path, { name: file.name, dir: 'photos' });
}

export function requestOf(operation: OperationName, given: PictureAction): ActionRequest {
  const request = action({ operation, options: given.options, inputs: [fileOf(given)] });
  return given.image === undefined ? request : { ...request, fileInputs: { image: [fileOf(given.image)] } };
}

export interface Done extends OperationResult {
  /** Of the first output. */
  readonly bytes: Buffer;
}

export async function done(operation: Operation, request: ActionRequest): Promise<Done> {
  const result = await operation.run(request, contextOf(newFolder()));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return { ...result.value, bytes: readFileSync(result.value.outputs[0]?.path ?? '') };
}

/** The plan and the run must say the same; a failure that only the run can know has `plan: false`. */
export async function failed(
  operation: Operation,
  request: ActionRequest,
  when: { readonly plan: boolean } = { plan: true },
): Promise<Failure> {
  const context = contextOf(newFolder());
  const planned = await operation.plan(request, context);
  const result = await operation.run(request, context);
  if (result.ok || planned.ok === when.plan) throw new Error(`planned ${planned.ok}, ran ${result.ok}`);
  return result.error;
}
