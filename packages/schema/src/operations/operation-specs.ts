/** The table of all operations. It knows what each means, not how, or whether, a backend can do it. */
import { archive, archiveExtract } from './archive.ts';
import { exportAzureBlob, importAzureBlob } from './azure-blob.ts';
import { captureWebsite } from './capture-website.ts';
import { command } from './command.ts';
import { convert } from './convert.ts';
import { exportUpload, exportUrl } from './export-web.ts';
import { exportGoogleCloudStorage, importGoogleCloudStorage } from './google-cloud-storage.ts';
import { importBase64, importRaw, importUpload, importUrl } from './import-web.ts';
import { exportLocal, importLocal } from './local.ts';
import { merge } from './merge.ts';
import { metadata, metadataWrite } from './metadata.ts';
import { exportOpenstack, importOpenstack } from './openstack.ts';
import type { OperationName } from './operation-name.ts';
import type { OperationSpec } from './operation-spec.ts';
import { optimize } from './optimize.ts';
import {
  pdfA,
  pdfDecrypt,
  pdfEncrypt,
  pdfExtractPages,
  pdfOcr,
  pdfRotatePages,
  pdfSplitPages,
  pdfX,
} from './pdf.ts';
import { exportS3, importS3 } from './s3.ts';
import { exportSftp, importSftp } from './sftp.ts';
import { thumbnail } from './thumbnail.ts';
import { watermark } from './watermark.ts';

export const operationSpecs: Readonly<Record<OperationName, OperationSpec>> = {
  'import/local': importLocal,
  'import/url': importUrl,
  'import/upload': importUpload,
  'import/base64': importBase64,
  'import/raw': importRaw,
  'import/s3': importS3,
  'import/azure/blob': importAzureBlob,
  'import/google-cloud-storage': importGoogleCloudStorage,
  'import/openstack': importOpenstack,
  'import/sftp': importSftp,
  'export/local': exportLocal,
  'export/url': exportUrl,
  'export/upload': exportUpload,
  'export/s3': exportS3,
  'export/azure/blob': exportAzureBlob,
  'export/google-cloud-storage': exportGoogleCloudStorage,
  'export/openstack': exportOpenstack,
  'export/sftp': exportSftp,
  convert,
  optimize,
  watermark,
  'capture-website': captureWebsite,
  thumbnail,
  metadata,
  'metadata/write': metadataWrite,
  merge,
  archive,
  'archive/extract': archiveExtract,
  command,
  'pdf/a': pdfA,
  'pdf/x': pdfX,
  'pdf/ocr': pdfOcr,
  'pdf/encrypt': pdfEncrypt,
  'pdf/decrypt': pdfDecrypt,
  'pdf/split-pages': pdfSplitPages,
  'pdf/extract-pages': pdfExtractPages,
  'pdf/rotate-pages': pdfRotatePages,
} satisfies Record<OperationName, OperationSpec>;
