/**
 * What an operation says it has made is looked at before anybody builds on it: the files are there, are files, lie
 * where they should, and hold something. It opens none of them.
 */
import { err, ok, type Result } from '@pipeline/schema';
import type { ActionOutcome } from './action.ts';
import { madeArtifact } from './artifact.ts';
import { failure, type Failure } from './failure.ts';
import type { ActionRequest, Artifact, OperationResult, OutputFile } from './operation.ts';
import type { FileFault, Workspace } from './workspace.ts';

export interface CheckPlace {
  readonly request: ActionRequest;
  readonly workDir: string;
  readonly workspace: Workspace;
}

export async function checkOutputs(
  made: OperationResult,
  place: CheckPlace,
): Promise<Result<ActionOutcome, Failure>> {
  const outputs: Artifact[] = [];
  for (const file of made.outputs) {
    const checked = await checkOutput(file, place);
    if (!checked.ok) return checked;
    outputs.push(checked.value);
  }
  const { converter, message, result } = made;
  return ok({
    type: 'finished',
    outputs,
    ...(converter !== undefined && { converter }),
    ...(message !== undefined && { message }),
    ...(result !== undefined && { result }),
  });
}

async function checkOutput(
  file: OutputFile,
  { request, workDir, workspace }: CheckPlace,
): Promise<Result<Artifact, Failure>> {
  const { operation, name: task } = request.task;
  // What was imported may lie where the user keeps it, and what was exported where the user wants it.
  const isOwnPlace = operation.startsWith('import/') || operation.startsWith('export/');
  const size = await workspace.inspect(file.path, isOwnPlace ? undefined : workDir);
  if (!size.ok) return err(failure('converter-failed', `${request.address}: ${faultText(size.error, file)}`));
  if (size.value === 0 && !isOwnPlace) {
    const message = `${request.address}: ${operation} wrote an empty file ("${file.name}")`;
    return err(failure('converter-failed', message, { hint: 'is there anything in the input file?' }));
  }
  return ok(madeArtifact(task, file, size.value));
}

function faultText(fault: FileFault, { name }: OutputFile): string {
  switch (fault) {
    case 'missing':
      return `"${name}" was not written`;
    case 'not-a-file':
      return `"${name}" is not a regular file`;
    default:
      return `"${name}" lies outside of the folder that the action was given`;
  }
}
