/**
 * What an operation says it has made is looked at before anybody builds on it: the files are there, are files, lie
 * where they should, and hold something. It opens none of them.
 */
import { err, ok, type Result } from '@pipeline/schema';
import type { ActionOutcome } from './action.ts';
import { madeArtifact } from './artifact.ts';
import { failure, type Failure } from './failure.ts';
import type { ActionRequest, Artifact, OperationResult, OutputFile } from './operation.ts';
import type { FileFault, Workspace } from './disk/workspace.ts';

export interface CheckPlace {
  readonly request: ActionRequest;
  readonly workDir: string;
  readonly workspace: Workspace;
}

export async function checkOutputs(
  made: OperationResult,
  { request, workDir, workspace }: CheckPlace,
): Promise<Result<ActionOutcome, Failure>> {
  // What was imported may lie where the user keeps it, and what was exported where the user wants it.
  const within = isProcessing(request) ? workDir : undefined;
  const sizes = made.outputs.map(({ path, remote, sizeBytes }) => {
    const isKnown = path === '' ? remote !== undefined : workDir === '' && sizeBytes !== undefined;
    return isKnown ? Promise.resolve(ok(sizeBytes ?? 0)) : workspace.inspect(path, within);
  });
  return judge(made, request, await Promise.all(sizes));
}

function judge(
  made: OperationResult,
  request: ActionRequest,
  sizes: readonly Result<number, FileFault>[],
): Result<ActionOutcome, Failure> {
  const outputs: Artifact[] = [];
  for (const [index, file] of made.outputs.entries()) {
    const size = sizes[index] ?? err('missing');
    if (!size.ok) {
      return err(failure('converter-failed', `${request.address}: ${faultText(size.error, file)}`));
    }
    if (size.value === 0 && isProcessing(request) && file.remote === undefined)
      return err(emptyFailure(request, file));
    outputs.push(madeArtifact(request.task.name, file, size.value));
  }
  const { converter, message, result, reads, dependsOn, credits, isUnchanged } = made;
  return ok({
    type: 'finished',
    outputs,
    ...(isUnchanged === true && { isCached: true }),
    ...(converter !== undefined && { converter }),
    ...(message !== undefined && { message }),
    ...(result !== undefined && { result }),
    ...(reads !== undefined && { reads }),
    ...(dependsOn !== undefined && { dependsOn }),
    ...(credits !== undefined && { credits }),
  });
}

function isProcessing({ task }: ActionRequest): boolean {
  return !task.operation.startsWith('import/') && !task.operation.startsWith('export/');
}

function emptyFailure({ address, task }: ActionRequest, { name }: OutputFile): Failure {
  return failure('converter-failed', `${address}: ${task.operation} wrote an empty file ("${name}")`, {
    hint: 'is there anything in the input file?',
  });
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
