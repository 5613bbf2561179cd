/**
 * How files come in and go out over HTTP, put together: upload forms, downloads, and the secret that signs both. It is
 * made once for a server, and knows what runs only as a function that takes an upload.
 */
import type { AppPlugin } from './app-parts.ts';
import { downloadMs, downloadPath } from './download-url.ts';
import { registerDownload } from './download.ts';
import type { StoredTask } from './job.ts';
import { isTrue } from './read-job.ts';
import { baseOf } from './request-view.ts';
import type { UploadedFile } from './runner.ts';
import type { ServerOptions } from './server-options.ts';
import { loadServerSecret, secretFor } from './server-secret.ts';
import type { TaskFiles } from './task-files.ts';
import { uploadForm, type UploadForm } from './upload-form.ts';
import { registerUpload } from './upload.ts';

export interface FileExchange {
  readonly uploadForm: (task: StoredTask, base: string) => UploadForm;
  /** Of a file that an `export/url` task has. Without the server's address; holds for a day from now. */
  readonly downloadUrl: (task: StoredTask, place: string) => string;
  /** The routes of both. */
  readonly plugin: (work: UploadWork) => AppPlugin;
}

export interface UploadWork {
  readonly task: (id: string) => StoredTask | undefined;
  /** Settles when the task has its file for good; false: it takes none any more. */
  readonly uploaded: (taskId: string, file: UploadedFile) => Promise<boolean>;
}

export interface FileExchangeParts {
  readonly options: Pick<ServerOptions, 'dataDir' | 'limits' | 'publicUrl'>;
  readonly files: TaskFiles;
  readonly now: () => number;
}

/** A client on a bad line gets a minute to send its next byte. */
const idleMs = 60_000;

export async function openFileExchange({ options, files, now }: FileExchangeParts): Promise<FileExchange> {
  const secret = await loadServerSecret(options.dataDir);
  const forDownloads = secretFor('download', secret);
  const forUploads = secretFor('upload', secret);
  return {
    uploadForm: (task, base) => uploadForm(task, base, forUploads),
    downloadUrl({ id, payload }, place) {
      const disposition = isTrue(payload['inline']) ? 'inline' : 'attachment';
      return downloadPath({ taskId: id, place, disposition, expiresAt: now() + downloadMs }, forDownloads);
    },
    plugin: (work) => (app) => {
      registerDownload(app, { files, secret: forDownloads, now });
      registerUpload(app, {
        ...work,
        dataDir: options.dataDir,
        files,
        secret: forUploads,
        maxBytes: options.limits.uploadBytes,
        idleMs,
        baseOf: ({ raw }) => baseOf(raw, options.publicUrl),
        now,
      });
    },
  };
}
