/** SFTP servers, with a password or a private key. */
import type { OperationSpec } from './operation-spec.ts';
import { credential, type Options, text } from './option-schema.ts';

const access: Options = {
  host: text(
    'Name or address of the server. Its key must be the one in `known_hosts`; that of a new host is added there.',
    { schema: { examples: ['sftp.example.com'] } },
  ),
  port: {
    default: 22,
    schema: {
      // Some CloudConvert clients send the port as a string.
      type: ['integer', 'string'],
      minimum: 1,
      maximum: 65535,
      pattern: '^[0-9]{1,5}$',
      description: 'Port of the server.',
    },
  },
  username: credential('User name.'),
  password: credential('Password; this or `private_key`.'),
  private_key: credential('Private key in PEM form, without a passphrase; this or `password`.'),
};

export const importSftp: OperationSpec = {
  name: 'import/sftp',
  summary: 'Take one file, or all of a folder, from an SFTP server.',
  role: 'import',
  options: {
    ...access,
    file: text('Path of the file on the server; without a slash in front, from the home folder.', {
      schema: { examples: ['/reports/2024.docx'] },
    }),
    path: text('Folder on the server: takes every file in it, those of the folders below included.', {
      schema: { examples: ['/reports'] },
    }),
    filename: text('Name of the file, extension included. Default: as on the server.'),
  },
  required: ['host', 'username'],
  oneOf: [
    ['password', 'private_key'],
    ['file', 'path'],
  ],
  gives: 'unknown',
  groupBy: 'file',
  example: {
    operation: 'import/sftp',
    host: 'sftp.example.com',
    username: 'pipeline',
    password: '${{ secrets.SFTP_PASSWORD }}',
    file: '/reports/2024.docx',
  },
};

export const exportSftp: OperationSpec = {
  name: 'export/sftp',
  summary: 'Write files to an SFTP server.',
  role: 'export',
  options: {
    ...access,
    file: text('Path of the file on the server; with several files, `%d` becomes 1, 2, 3 ….', {
      isNumbered: true,
      schema: { examples: ['/reports/2024.pdf'] },
    }),
    path: text(
      'Folder on the server, made if it is missing; each file keeps its place below it. Default: the home folder.',
      { schema: { examples: ['/reports'] } },
    ),
  },
  required: ['host', 'username'],
  oneOf: [['password', 'private_key']],
  gives: 'same',
  groupBy: 'file',
  example: {
    operation: 'export/sftp',
    input: 'pdf',
    host: 'sftp.example.com',
    username: 'pipeline',
    private_key: '${{ secrets.SFTP_PRIVATE_KEY }}',
    path: '/reports',
  },
};
