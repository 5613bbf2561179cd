/** Amazon S3 and stores that speak its protocol. */
import type { OperationSpec } from './operation-spec.ts';
import { choice, credential, type Options, text, textMap } from './option-schema.ts';

const access: Options = {
  bucket: text('Name of the bucket.'),
  region: text('Region of the bucket.', { schema: { examples: ['eu-central-1'] } }),
  endpoint: text('Address of an S3-compatible store. Default: Amazon, in that region.', {
    schema: { examples: ['https://s3.example.com'] },
  }),
  access_key_id: credential('Access key ID.'),
  secret_access_key: credential('Secret access key.'),
  session_token: credential('Token of a temporary sign-in.'),
};

const credentials = {
  access_key_id: '${{ secrets.AWS_ACCESS_KEY_ID }}',
  secret_access_key: '${{ secrets.AWS_SECRET_ACCESS_KEY }}',
} as const;

export const importS3: OperationSpec = {
  name: 'import/s3',
  summary: 'Take one object, or all below a prefix, from an S3 bucket.',
  role: 'import',
  options: {
    ...access,
    key: text('Key of the object.', { schema: { examples: ['reports/2024.docx'] } }),
    key_prefix: text('Takes every object whose key starts with this; folders behind it are kept.', {
      schema: { examples: ['reports/'] },
    }),
    filename: text('Name of the file, extension included. Default: the last part of the key.'),
  },
  required: ['bucket', 'region', 'access_key_id', 'secret_access_key'],
  oneOf: [['key', 'key_prefix']],
  gives: 'unknown',
  groupBy: 'file',
  example: {
    operation: 'import/s3',
    bucket: 'documents',
    region: 'eu-central-1',
    ...credentials,
    key: 'reports/2024.docx',
  },
};

export const exportS3: OperationSpec = {
  name: 'export/s3',
  summary: 'Write files to an S3 bucket.',
  role: 'export',
  options: {
    ...access,
    key: text('Key of the object; with several files, `%d` becomes 1, 2, 3 ….', {
      isNumbered: true,
      schema: { examples: ['reports/2024.pdf', 'pages/%d.png'] },
    }),
    key_prefix: text('Put in front of the place (`dir/name`) of each file.', {
      schema: { examples: ['reports/'] },
    }),
    acl: choice(
      [
        'private',
        'public-read',
        'public-read-write',
        'authenticated-read',
        'bucket-owner-read',
        'bucket-owner-full-control',
      ],
      'Who may read and write the object.',
      { default: 'private' },
    ),
    cache_control: text('Cache-Control header of the object.', { schema: { examples: ['max-age=86400'] } }),
    content_disposition: text('Content-Disposition header of the object.', {
      schema: { examples: ['attachment; filename="report.pdf"'] },
    }),
    content_type: text('Media type of the object. Default: by the extension.', {
      schema: { examples: ['application/pdf'] },
    }),
    metadata: textMap('Metadata that is stored with the object.', {
      schema: { examples: [{ project: 'site' }] },
    }),
    server_side_encryption: choice(['AES256', 'aws:kms'], 'How the store encrypts the object.'),
    tagging: textMap('Tags of the object.', { schema: { examples: [{ team: 'docs' }] } }),
  },
  required: ['bucket', 'region', 'access_key_id', 'secret_access_key'],
  gives: 'same',
  groupBy: 'file',
  example: {
    operation: 'export/s3',
    input: 'pdf',
    bucket: 'documents',
    region: 'eu-central-1',
    ...credentials,
    key_prefix: 'reports/',
  },
};
