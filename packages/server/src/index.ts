export type { Change, StoredJob, StoredTask, TaskResult } from './job.ts';
export type { TaskFiles } from './task-files.ts';
export { createTaskFiles } from './task-files.ts';
export type { JobStore, JobStoreOptions, NewJob, TaskChange } from './job-store.ts';
export { createJobStore } from './job-store.ts';
export type { Runner, RunnerOptions, RunnerState, UploadedFile } from './runner.ts';
export { createRunner } from './runner.ts';
export type {
  Allowances,
  ApiKey,
  CatalogueEntry,
  LogEntry,
  Scope,
  ServerLimits,
  ServerOptions,
  SignedUrlBase,
} from './server-options.ts';
export type { CloseOptions, ListenAddress, Server } from './server.ts';
export { isAllowedOperation } from './allowed-operation.ts';
export { createServer } from './server.ts';
export type { NewWebhook, StoredWebhook, WebhookEvent, WebhookStore } from './webhook-store.ts';
export { StartError } from './start-error.ts';
