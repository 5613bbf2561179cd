/** The flags of `pipeline serve`, with their defaults: for the table in `flags.ts`. */
import type { CommandSpec, FlagSpec } from '../flag-spec.ts';

/** As they are written on the command line; the help shows the same. */
export const serveDefaults = {
  port: '3000',
  host: '127.0.0.1',
  'data-dir': '.pipeline/server',
  retention: '24h',
  grace: '30s',
  'max-body': '16MB',
  'max-upload': '10GB',
  'max-jobs': '1000',
  'max-tasks': '500',
  'job-timeout': '5h',
  'rate-limit': '1000',
} as const;

const valued = (name: keyof typeof serveDefaults, value: string, help: string): FlagSpec => ({
  value,
  hasTwin: true,
  help: `${help} Default: ${serveDefaults[name]}.`,
});

const allow = (what: string): FlagSpec => ({ hasTwin: true, help: `Let clients use ${what}.` });

export const serveFlags: CommandSpec = {
  summary: "Serve CloudConvert's API v2 from this machine.",
  arguments: '',
  maxArguments: 0,
  argumentKind: 'text',
  details: [
    'Jobs, tasks, uploads, downloads, webhooks, signed URLs and socket.io as in CloudConvert, so that its SDKs, its CLI and its n8n node work against this machine; docs/serve.md says how each is pointed at it.',
    'A key is `key`, or `key name scope,scope`: the name tells whose jobs are seen, and defaults to the key itself; without scopes it may do everything. Without any key everybody who reaches the server is let in, so it then listens on loopback only.',
    'The address is printed on standard output, the log as one JSON object a line on standard error. The first Ctrl-C or SIGTERM takes no new work and waits for what runs, as long as --grace says; the second kills. What did not end runs again after the next start.',
  ],
  flags: {
    port: valued('port', 'n', 'Listen on this port; 0 takes any that is free.'),
    host: valued('host', 'address', 'Listen on this address; any but loopback needs an API key.'),
    'data-dir': {
      ...valued('data-dir', 'folder', 'Keep jobs and files here; one server at a time.'),
      kind: 'folder',
    },
    'api-key': {
      value: 'key',
      isRepeatable: true,
      hasTwin: 'PIPELINE_API_KEYS',
      help: 'Let this key in. Others see the command line of a process: prefer the environment, or --api-keys.',
    },
    'api-keys': {
      value: 'file',
      kind: 'file',
      hasTwin: 'PIPELINE_API_KEYS_FILE',
      help: 'Let the keys of this file in, one a line; `#` starts a comment.',
    },
    'public-url': {
      value: 'url',
      hasTwin: true,
      help: 'How clients reach the server, for the links in its answers. Default: as each request names it.',
    },
    concurrency: {
      short: 'j',
      value: 'n|50%',
      hasTwin: true,
      help: 'Actions at once, over all jobs: a number, or a share of the CPUs. Default: one more than there are CPUs.',
    },
    retention: valued('retention', 'duration', 'Delete jobs and their files this long after they ended.'),
    'signing-secret': {
      value: 'secret',
      hasTwin: true,
      help: 'Signs webhooks of jobs, and signed URLs. Default: one that is made once and kept in the data folder.',
    },
    'allow-local-files': {
      ...allow('`import/local` and `export/local` in this folder'),
      value: 'folder',
      kind: 'folder',
    },
    'allow-command': allow('`command`'),
    'allow-private-network': allow(
      'private, loopback and link-local addresses, for imports, exports, captures and webhooks',
    ),
    'max-body': valued('max-body', 'size', 'The largest JSON body.'),
    'max-upload': valued('max-upload', 'size', 'The largest file that is uploaded or downloaded.'),
    'max-jobs': valued(
      'max-jobs',
      'n',
      'Jobs of one user that have not ended; beyond it, the answer is 402.',
    ),
    'max-tasks': valued('max-tasks', 'n', 'Tasks in a job.'),
    'job-timeout': valued('job-timeout', 'duration', 'Stop a job that takes longer.'),
    'rate-limit': valued(
      'rate-limit',
      'n',
      'Jobs and tasks that one user makes in a minute; beyond it, the answer is 429.',
    ),
    grace: valued('grace', 'duration', 'How long running jobs may go on after a signal to stop.'),
    quiet: { short: 'q', hasTwin: true, help: 'Log no requests, only what went wrong.' },
  },
  examples: [
    { command: 'pipeline serve', does: 'For clients on this machine, at http://127.0.0.1:3000/v2.' },
    {
      command: 'PIPELINE_API_KEYS=$(openssl rand -hex 24) pipeline serve --host 0.0.0.0',
      does: 'For others too, with a key.',
    },
  ],
};
