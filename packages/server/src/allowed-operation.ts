/** What the owner of a server may switch off, and did not. */
import type { OperationName } from '@pipeline/schema';
import type { Allowances } from './server-options.ts';

export function isAllowedOperation(operation: OperationName, { localFiles, command }: Allowances): boolean {
  if (operation === 'import/local' || operation === 'export/local') return localFiles;
  return operation !== 'command' || command;
}
