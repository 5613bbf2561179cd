/** The closed list of operations: CloudConvert's, plus reading and writing local files. */
export const operationNames = [
  'import/local', 'import/url', 'import/upload', 'import/base64', 'import/raw', 'import/s3', 'import/azure/blob',
  'import/google-cloud-storage', 'import/openstack', 'import/sftp',
  'export/local', 'export/url', 'export/upload', 'export/s3', 'export/azure/blob', 'export/google-cloud-storage',
  'export/openstack', 'export/sftp',
  'convert', 'optimize', 'watermark', 'capture-website', 'thumbnail', 'metadata', 'metadata/write', 'merge', 'archive',
  'archive/extract', 'command', 'pdf/a', 'pdf/x', 'pdf/ocr', 'pdf/encrypt', 'pdf/decrypt', 'pdf/split-pages',
  'pdf/extract-pages', 'pdf/rotate-pages',
] as const;

export type OperationName = (typeof operationNames)[number];
