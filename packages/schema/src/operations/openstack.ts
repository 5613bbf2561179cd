/** OpenStack Object Storage (Swift). */
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
    file: text('Name of the object.', { schema: { examples: ['reports/2024.docx'] } }),
    file_prefix: text('Takes every object whose name starts with this; folders behind it are kept.', {
      schema: { examples: ['reports/'] },
    }),
    filename: text('Name of the file, extension included. Default: the last part of the object name.'),
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
    file: text('Name of the object; with several files, `%d` becomes 1, 2, 3 ….', {
      isNumbered: true,
      schema: { examples: ['reports/2024.pdf'] },
    }),
    file_prefix: text('Put in front of the place (`dir/name`) of each file.', {
      schema: { examples: ['reports/'] },
    }),
  },
  required: ['auth_url', 'username', 'password', 'region', 'container'],
  gives: 'same',
  groupBy: 'file',
  example: { operation: 'export/openstack', input: 'pdf', ...credentials, file_prefix: 'reports/' },
};
