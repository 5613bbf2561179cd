/** OpenStack Object Storage (Swift). */
import { exportedObject, importedObject } from './object-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { credential, type Options, text } from './option-schema.ts';

const access: Options = {
  auth_url: text('Address of the identity service: Keystone version 3, or version 1 of Swift itself.', {
    schema: { examples: ['https://auth.example.com/v3'] },
  }),
  username: credential('User name, in the domain `default`.'),
  password: credential('Password.'),
  region: text('Region of the container.', { schema: { examples: ['RegionOne'] } }),
  container: text('Name of the container.'),
};

const credentials = {
  auth_url: 'https://auth.example.com/v3',
  username: '${{ secrets.OS_USERNAME }}',
  password: '${{ secrets.OS_PASSWORD }}',
  region: 'RegionOne',
  container: 'documents',
} as const;

export const importOpenstack: OperationSpec = {
  name: 'import/openstack',
  summary: 'Take one object, or all below a prefix, from OpenStack Object Storage.',
  role: 'import',
  options: {
    ...access,
    ...importedObject,
  },
  required: ['auth_url', 'username', 'password', 'region', 'container'],
  oneOf: [['file', 'file_prefix']],
  gives: 'unknown',
  groupBy: 'file',
  example: { operation: 'import/openstack', ...credentials, file: 'reports/2024.docx' },
};

export const exportOpenstack: OperationSpec = {
  name: 'export/openstack',
  summary: 'Write files to OpenStack Object Storage.',
  role: 'export',
  options: {
    ...access,
    ...exportedObject,
  },
  required: ['auth_url', 'username', 'password', 'region', 'container'],
  gives: 'same',
  groupBy: 'file',
  example: { operation: 'export/openstack', input: 'pdf', ...credentials, file_prefix: 'reports/' },
};
