/** Metadata with nothing installed: PDF, office files, ebooks, and of pictures what they say. The work is in `metadata-host.ts`. */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { propertyFormats } from './document-properties.ts';
import { flatMetadata } from './metadata-tool.ts';
import type { MetadataJob, MetadataTool } from './metadata-tool.ts';

/** Of exifr and pdf-lib; a test holds them to those that are installed. */
export const exifrVersion = '7.1.3';
export const pdfLibVersion = '2.11.1';

export const documentProperties: MetadataTool = embedded({
  name: 'properties',
  version: '1.0.0',
  reads: propertyFormats,
  writes: propertyFormats,
});

export const pdfProperties: MetadataTool = embedded({
  name: 'pdf-lib',
  version: pdfLibVersion,
  reads: ['pdf'],
  writes: ['pdf'],
});

export const pictureTags: MetadataTool = embedded({
  name: 'exifr',
  version: exifrVersion,
  reads: ['jpg', 'tiff', 'png', 'heic', 'heif', 'avif'],
  writes: [],
});

function embedded(own: {
  readonly name: string;
  readonly version: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}): MetadataTool {
  return {
    name: own.name,
    version: async () => own.version,
    isThere: () => true,
    needs: [],
    reads: new Set(own.reads),
    writes: new Set(own.writes),
    read: async (job) => {
      const answer = await inHost(job, { type: 'read' });
      return answer.ok ? ok(flatMetadata(answer.value)) : answer;
    },
    write: async (job) => {
      const { metadata, outputPath } = job;
      const answer = await inHost(job, { type: 'write', metadata: { ...metadata }, outputPath });
      return answer.ok ? ok(undefined) : err(answer.error);
    },
  };
}

function inHost(job: MetadataJob, more: JsonObject): Promise<Result<JsonObject, Failure>> {
  const { inputPath, inputName, format, workDir, signal } = job;
  return runInHost({
    host: 'metadata',
    job: { inputPath, inputName, format, workDir, ...more },
    signal,
    about: inputName,
  });
}
