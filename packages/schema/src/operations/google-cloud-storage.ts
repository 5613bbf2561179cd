/** Google Cloud Storage, with a service account. */
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
    file: text('Name of the object.', { schema: { examples: ['reports/2024.docx'] } }),
    file_prefix: text('Takes every object whose name starts with this; folders behind it are kept.', {
      schema: { examples: ['reports/'] },
    }),
    filename: text('Name of the file, extension included. Default: the last part of the object name.'),
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
    file: text('Name of the object; with several files, `%d` becomes 1, 2, 3 ….', {
      isNumbered: true,
      schema: { examples: ['reports/2024.pdf'] },
    }),
    file_prefix: text('Put in front of the place (`dir/name`) of each file.', {
      schema: { examples: ['reports/'] },
    }),
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
