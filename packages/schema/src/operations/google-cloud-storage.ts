/** Google Cloud Storage, with a service account. */
import { exportedObject, importedObject } from './object-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { credential, type Options, text } from './option-schema.ts';

const access: Options = {
  project_id: text(
    'Project that the bucket belongs to. Without effect on the local backend: names of buckets are unique without it.',
  ),
  bucket: text('Name of the bucket.'),
  client_email: credential('E-mail address of the service account.'),
  private_key: credential('Private key of the service account, as its JSON file has it under the same name.'),
};

const credentials = {
  project_id: 'example',
  bucket: 'documents',
  client_email: 'pipeline@example.iam.gserviceaccount.com',
  private_key: '${{ secrets.GCS_PRIVATE_KEY }}',
} as const;

export const importGoogleCloudStorage: OperationSpec = {
  name: 'import/google-cloud-storage',
  summary: 'Take one object, or all below a prefix, from Google Cloud Storage.',
  role: 'import',
  options: {
    ...access,
    ...importedObject,
  },
  required: ['project_id', 'bucket', 'client_email', 'private_key'],
  oneOf: [['file', 'file_prefix']],
  gives: 'unknown',
  groupBy: 'file',
  example: { operation: 'import/google-cloud-storage', ...credentials, file: 'reports/2024.docx' },
};

export const exportGoogleCloudStorage: OperationSpec = {
  name: 'export/google-cloud-storage',
  summary: 'Write files to Google Cloud Storage.',
  role: 'export',
  options: {
    ...access,
    ...exportedObject,
  },
  required: ['project_id', 'bucket', 'client_email', 'private_key'],
  gives: 'same',
  groupBy: 'file',
  example: {
    operation: 'export/google-cloud-storage',
    input: 'pdf',
    ...credentials,
    file_prefix: 'reports/',
  },
};
