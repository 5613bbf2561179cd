/**
 * What CloudConvert cannot do as it is asked for, and this machine can: archives there are flat, so one of files in
 * folders is packed here. The result is the same wherever the rest runs.
 */
import type { Artifact } from '@pipeline/engine';
import type { OperationName } from '@pipeline/schema';

export const staysHere = (operation: OperationName | undefined, inputs: readonly Artifact[]): boolean =>
  operation === 'archive' && inputs.some(({ dir }) => dir !== '');

export const stayedHere = 'packed on this machine: CloudConvert keeps no folders in archives';
