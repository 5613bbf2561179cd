/** Which module answers for which host name. A library is loaded when the first job for it arrives, never before. */
import type { HostModule, HostName } from './protocol.ts';

export type HostTable = Readonly<Record<string, () => Promise<{ readonly host: HostModule }>>>;

export const hostTable: HostTable = {
  sharp: () => import('../converters/sharp-host.ts'),
  svgo: () => import('../converters/svgo-host.ts'),
  pdfium: () => import('../converters/pdfium-host.ts'),
  pandoc: () => import('../converters/pandoc-host.ts'),
  typst: () => import('../converters/typst-host.ts'),
  'pdf-lib': () => import('../converters/pdf-lib-host.ts'),
  tables: () => import('../converters/tables-host.ts'),
  'seven-zip': () => import('../converters/seven-zip-host.ts'),
  'watermark-pdf': () => import('../converters/watermark-pdf-host.ts'),
  ocr: () => import('../converters/ocr-host.ts'),
  'optimize-pdf': () => import('../converters/optimize-pdf-host.ts'),
  'pdf-html': () => import('../converters/pdf-html-host.ts'),
  qpdf: () => import('../converters/qpdf-host.ts'),
  // Two hosts, for two browsers: one has a network, the other has none.
  chromium: () => import('../converters/chromium-host.ts'),
  metadata: () => import('../metadata/metadata-host.ts'),
  website: () => import('../converters/chromium-host.ts'),
  fonts: () => import('../converters/fonts-host.ts'),
  magick: () => import('../converters/magick-host.ts'),
  'node-av': () => import('../converters/node-av-host.ts'),
} satisfies Record<HostName, HostTable[string]>;
