/**
 * What an operation says it has made is looked at before anybody builds on it: the files are there, are files, lie
 * where they should, and hold something. It opens none of them.
 */
import { err, ok, type Result } from '@pipeline/schema';
import type { ActionOutcome } from './action.ts';
import { madeArtifact } from './artifact.ts';
import { failure, type Failure } from './failure.ts';
import type { ActionRequest, OperationResult, OutputFile } from './operation.ts';
import type { FileFault, Workspace } from './disk/workspace.ts';

export interface CheckPlace {
  readonly request: ActionRequest;
  readonly workDir: string;
  readonly workspace: Workspace;
}

/** Without a look at the disk, where the operation has just had that look itself; undefined: it had not. */
export function checkKnown(
  made: OperationResult,
  { request, workDir }: CheckPlace,
): Result<ActionOutcome, Failure> | undefined {
  const { outputs } = made;
  if (!outputs.every((file) => isKnown(file, workDir))) return undefined;
  const sizes = outputs.map(({ sizeBytes = 0 }) => sizeBytes);
  return judge(made, request, sizes);
}

export async function checkOutputs(
  made: OperationResult,
  { request, workDir, workspace }: CheckPlace,
): Promise<Result<ActionOutcome, Failure>> {
  // What was imported may lie where the user keeps it, and what was exported where the user wants it.
  const within = isProcessing(request) ? workDir : undefined;
  const inspected = await Promise.all(
    made.outputs.map(async (file) =>
      isKnown(file, workDir) ? ok(file.sizeBytes ?? 0) : workspace.inspect(file.path, within),
    ),
  );
  const sizes: number[] = [];
  for (const [index, file] of made.outputs.entries()) {
    const size = inspected[index] ?? err('missing');
    if (!size.ok) {
      return err(failure('converter-failed', `${request.address}: ${faultText(size.error, file)}`));
    }
    sizes.push(size.value);
  }
  return judge(made, request, sizes);
}

function isKnown({ path, remote, sizeBytes }: OutputFile, workDir: string): boolean {
  return path === '' ? remote !== undefined : workDir === '' && sizeBytes !== undefined;
}

function judge(
  made: OperationResult,
  request: ActionRequest,
  sizes: readonly number[],
): Result<ActionOutcome, Failure> {
  const empty = made.outputs.find(({ remote }, index) => sizes[index] === 0 && remote === undefined);
  if (empty !== undefined && isProcessing(request)) return err(emptyFailure(request, empty));
  const outputs = made.outputs.map((file, index) => madeArtifact(request.task.name, file, sizes[index] ?? 0));
  const { isUnchanged: isCached, converter, message, result, reads, dependsOn, credits } = made;
  return ok({
    type: 'finished',
    outputs,
    isCached,
    converter,
    message,
    result,
    reads,
    dependsOn,
    credits,
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
