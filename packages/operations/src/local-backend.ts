/**
 * The local backend: this machine. One table says which operations it has; each is loaded when a run first needs it,
 * so that a run that only copies files loads no converter. It knows no operation from inside.
 */
import type {
  ActionPlan,
  ActionRequest,
  Artifact,
  Backend,
  Failure,
  Operation,
  OperationResult,
} from '@pipeline/engine';
import type { OperationName, Result } from '@pipeline/schema';
import { err, ok, operationNames } from '@pipeline/schema';
import { brokenOutput } from './files/check-output.ts';
import { brokenSignatures } from './files/signed-pdf.ts';
import { standAside } from './gather.ts';
import { closeHosts, configureHosts } from './host/host-pool.ts';
import { closeWarm } from './programs/close-warm.ts';
import { textOption } from './read-options.ts';
import { missingForVerify } from './verify/missing-for-verify.ts';
import type { Network } from './http/network.ts';
import type { Store } from './stores/store.ts';

export interface LocalBackendOptions {
  /** How many converter processes work at once. */
  readonly maxHosts: number;
  /** `public`: nothing is fetched from, or sent to, private addresses. Default: `any`. */
  readonly network?: Network['type'];
}

export function createLocalBackend(options: LocalBackendOptions): Backend {
  configureHosts({ maxHosts: options.maxHosts });
  // Loaded by those who connect somewhere.
  const network = async (): Promise<Network> => {
    const { anyNetwork, publicNetwork } = await import('./http/network.ts');
    return options.network === 'public' ? publicNetwork : anyNetwork;
  };
  return {
    name: 'local',
    load: async (name) => {
      const operation = await loaders[name]?.(network);
      return operation === undefined ? undefined : withCommonRules(operation);
    },
    close: async () => {
      await Promise.all([closeHosts(), closeWarm()]);
      // Loaded already when a program was run, and with nothing to do when none was.
      await (await import('./programs/reaper.ts')).closeReaper();
      (await import('./stores/sftp-pool.ts')).closeConnections();
    },
  };
}

/**
 * What all operations have in common: a cheap look at what was made, a word about signatures, `verify`, and that whoever has ended keeps no
 * neighbour waiting.
 */
const withCommonRules = ({ plan, run, isFolderless }: Operation): Operation => ({
  ...(isFolderless === true && { isFolderless }),
  plan: (request, context) => {
    const planned = plan(request, context);
    return request.verify === undefined ? planned : planVerified(request, planned);
  },
  // It hands on files as they are: there is nothing to look at.
  run: isFolderless === true ? run : runAndLook(run),
  verify: async (...made) => (await import('./verify/verify-files.ts')).verifyFiles(...made),
});

const runAndLook =
  (run: Operation['run']): Operation['run'] =>
  async (request, context) => {
    try {
      const made = await run(request, context);
      if (!made.ok) return made;
      const broken = await brokenOutput(request, made.value.outputs);
      return broken === undefined ? ok(await withSignatureNote(request, made.value)) : err(broken);
    } finally {
      standAside(context);
    }
  };

async function withSignatureNote(request: ActionRequest, made: OperationResult): Promise<OperationResult> {
  const note = await brokenSignatures(pdfsOf(request), made.outputs);
  if (note === undefined) return made;
  return { ...made, message: made.message === undefined ? note : `${made.message}. ${note}` };
}

/** The engine knows a format by the name alone. */
const pdfsOf = ({ inputs, options }: ActionRequest): readonly Artifact[] =>
  inputs.filter(({ format }) => (textOption(options, 'input_format') ?? format) === 'pdf');

async function planVerified(
  request: ActionRequest,
  planning: ReturnType<Operation['plan']>,
): Promise<Result<ActionPlan, Failure>> {
  const planned = await planning;
  const missing = planned.ok ? missingForVerify(request, planned.value) : undefined;
  return missing === undefined ? planned : err(missing);
}

type GetNetwork = () => Promise<Network>;
type Load = (network: GetNetwork) => Promise<Operation>;

const importing = async (store: Store, network: GetNetwork): Promise<Operation> =>
  (await import('./stores/import-files.ts')).importFiles(store, {
    ...(await import('./stores/session.ts')).defaultSettings,
    network: await network(),
  });

const exporting = async (store: Store, network: GetNetwork): Promise<Operation> =>
  (await import('./stores/export-files.ts')).exportFiles(store, {
    ...(await import('./stores/session.ts')).defaultSettings,
    network: await network(),
  });

/** Undefined: not available on this backend yet. The engine says so before anything runs. */
const loaders = {
  'import/local': async () => (await import('./operations/import/local.ts')).importLocal,
  'import/url': async (network) => (await import('./operations/import/url.ts')).importUrl(await network()),
  'import/upload': async () => (await import('./operations/import/upload.ts')).importUpload,
  'import/base64': async () => (await import('./operations/import/base64.ts')).importBase64,
  'import/raw': async () => (await import('./operations/import/raw.ts')).importRaw,
  'import/s3': async (network) => importing((await import('./stores/s3.ts')).s3, network),
  'import/azure/blob': async (network) =>
    importing((await import('./stores/azure-blob.ts')).azureBlob, network),
  'import/google-cloud-storage': async (network) =>
    importing((await import('./stores/google-cloud-storage.ts')).googleCloudStorage, network),
  'import/openstack': async (network) =>
    importing((await import('./stores/openstack.ts')).openstack, network),
  'import/sftp': async (network) => importing((await import('./stores/sftp.ts')).sftp, network),

  'export/local': async () => (await import('./operations/export/local.ts')).exportLocal,
  'export/url': async () => (await import('./operations/export/url.ts')).exportUrl,
  'export/upload': async (network) =>
    (await import('./operations/export/upload.ts')).exportUpload(await network()),
  'export/s3': async (network) => exporting((await import('./stores/s3.ts')).s3, network),
  'export/azure/blob': async (network) =>
    exporting((await import('./stores/azure-blob.ts')).azureBlob, network),
  'export/google-cloud-storage': async (network) =>
    exporting((await import('./stores/google-cloud-storage.ts')).googleCloudStorage, network),
  'export/openstack': async (network) =>
    exporting((await import('./stores/openstack.ts')).openstack, network),
  'export/sftp': async (network) => exporting((await import('./stores/sftp.ts')).sftp, network),

  convert: async () => (await import('./operations/convert.ts')).convert,
  optimize: async () => (await import('./operations/optimize.ts')).optimize,
  watermark: async () => (await import('./operations/watermark.ts')).watermark,
  'capture-website': async (network) =>
    (await import('./operations/capture-website.ts')).captureWebsite(await network()),
  thumbnail: async () => (await import('./operations/thumbnail.ts')).thumbnail,
  metadata: async () => (await import('./operations/metadata.ts')).metadata,
  'metadata/write': async () => (await import('./operations/metadata.ts')).metadataWrite,
  merge: async () => (await import('./operations/merge.ts')).merge,
  archive: async () => (await import('./operations/archive.ts')).archive,
  'archive/extract': async () => (await import('./operations/archive-extract.ts')).archiveExtract,
  command: async () => (await import('./operations/command.ts')).command,
  'pdf/a': async () => (await import('./operations/pdf/pdf-a.ts')).pdfA,
  'pdf/x': async () => (await import('./operations/pdf/pdf-x.ts')).pdfX,
  'pdf/ocr': async () => (await import('./operations/pdf/ocr.ts')).pdfOcr,
  'pdf/encrypt': async () => (await import('./operations/pdf/encrypt.ts')).pdfEncrypt,
  'pdf/decrypt': async () => (await import('./operations/pdf/decrypt.ts')).pdfDecrypt,
  'pdf/split-pages': async () => (await import('./operations/pdf/pages.ts')).pdfSplitPages,
  'pdf/extract-pages': async () => (await import('./operations/pdf/pages.ts')).pdfExtractPages,
  'pdf/rotate-pages': async () => (await import('./operations/pdf/pages.ts')).pdfRotatePages,
} satisfies Readonly<Record<OperationName, Load | undefined>>;

/** What this backend can do: not what only says what to use instead. */
export const localOperations: readonly OperationName[] = operationNames.filter(
  (name) => loaders[name] !== undefined && name !== 'import/upload',
);
