/** Azure Blob Storage. The live API also calls these `import/azure-blob` and `export/azure-blob`. */
import type { OperationSpec } from './operation-spec.ts';
import { credential, type Options, text, textMap } from './option-schema.ts';

const access: Options = {
  storage_account: text('Name of the storage account.'),
  storage_access_key: credential('Access key of the account; this or `sas_token`.'),
  sas_token: credential('Shared access signature; this or `storage_access_key`.'),
  container: text('Name of the container.'),
};

export const importAzureBlob: OperationSpec = {
  name: 'import/azure/blob',
  alias: 'import/azure-blob',
  summary: 'Take one blob, or all below a prefix, from Azure Blob Storage.',
  role: 'import',
  options: {
    ...access,
    blob: text('Name of the blob.', { schema: { examples: ['reports/2024.docx'] } }),
    blob_prefix: text('Takes every blob whose name starts with this; folders behind it are kept.', {
      schema: { examples: ['reports/'] },
    }),
    filename: text('Name of the file, extension included. Default: the last part of the blob name.'),
  },
  required: ['storage_account', 'container'],
  oneOf: [
    ['storage_access_key', 'sas_token'],
    ['blob', 'blob_prefix'],
  ],
  gives: 'unknown',
  groupBy: 'file',
  example: {
    operation: 'import/azure/blob',
    storage_account: 'example',
    storage_access_key: '${{ secrets.AZURE_STORAGE_KEY }}',
    container: 'documents',
    blob: 'reports/2024.docx',
  },
};

export const exportAzureBlob: OperationSpec = {
  name: 'export/azure/blob',
  alias: 'export/azure-blob',
  summary: 'Write files to Azure Blob Storage.',
  role: 'export',
  options: {
    ...access,
    blob: text('Name of the blob; with several files, `%d` becomes 1, 2, 3 ….', {
      isNumbered: true,
      schema: { examples: ['reports/2024.pdf'] },
    }),
    blob_prefix: text('Put in front of the place (`dir/name`) of each file.', {
      schema: { examples: ['reports/'] },
    }),
    metadata: textMap('Metadata that is stored with the blob.', {
      schema: { examples: [{ project: 'site' }] },
    }),
  },
  required: ['storage_account', 'container'],
  oneOf: [['storage_access_key', 'sas_token']],
  gives: 'same',
  groupBy: 'file',
  example: {
    operation: 'export/azure/blob',
    input: 'pdf',
    storage_account: 'example',
    sas_token: '${{ secrets.AZURE_SAS_TOKEN }}',
    container: 'documents',
    blob_prefix: 'reports/',
  },
};
