/**
 * One browser kept warm inside a converter host: started with the first page, replaced after many or when it hangs,
 * confined like every converter program. Whatever may go wrong with it, it goes down with its host: bubblewrap sees to
 * that, and without it the browser ends itself when the pipe to the host breaks. It knows nothing of what is loaded.
 */
import { writeSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isThere } from '@pipeline/engine/process-life';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { ConversionError } from '../../host/protocol.ts';
import { watchTree } from '../../programs/process-tree.ts';
import { confine, sandboxKind } from '../../programs/sandbox.ts';

export interface BrowserNeeds {
  /** Absolute path of the program. */
  readonly executable: string;
  /** False: it cannot reach any host, not even this machine. */
  readonly network: boolean;
  /** Of the host and the browser together. */
  readonly maxMemoryBytes: number;
}

/** Browsers leak. */
const maxPages = 100;
const closeTimeoutMs = 5000;
const profilePrefix = 'pipeline-chromium-';

interface Running {
  readonly browser: Browser;
  pages: number;
}

let running: Running | undefined;

/** A window with cookies and storage of its own, closed afterwards. A page that does not let itself be closed costs the browser. */
export async function inWindow<T>(
  needs: BrowserNeeds,
  options: BrowserContextOptions,
  work: (context: BrowserContext) => Promise<T>,
): Promise<T> {
  const { browser } = await warmBrowser(needs);
  const context = await browser.newContext({
    acceptDownloads: false,
    serviceWorkers: 'block',
    ...options,
  });
  try {
    return await work(context);
  } finally {
    // A script that never ends may keep it from closing.
    if (!(await settles(context.close()))) discard();
  }
}

/** False when it takes too long, or fails. */
async function settles(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), closeTimeoutMs);
  });
  const done = work.then(
    () => true,
    () => false,
  );
  const isDone = await Promise.race([done, late]);
  clearTimeout(timer);
  return isDone;
}

async function warmBrowser(needs: BrowserNeeds): Promise<Running> {
  if (running !== undefined && (running.pages >= maxPages || !running.browser.isConnected())) discard();
  running ??= { browser: await launch(needs), pages: 0 };
  running.pages += 1;
  return running;
}

function discard(): void {
  const old = running;
  running = undefined;
  old?.browser.close().catch(() => undefined);
}

async function launch(needs: BrowserNeeds): Promise<Browser> {
  const isBoxed = (await sandboxKind()) === 'bubblewrap';
  const home = isBoxed ? '/tmp' : await newProfile();
  const call = await confine({
    command: needs.executable,
    args: browserArgs({ home, network: needs.network, isRoot: process.geteuid?.() === 0 }),
    workDir: isBoxed ? undefined : home,
    reads: [],
    network: needs.network,
  });
  watchMemory(needs.maxMemoryBytes);
  try {
    return await chromium.launch({
      executablePath: call.command,
      args: [...call.args],
      // The command may be that of the sandbox, which must come first.
      ignoreDefaultArgs: true,
      env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home, LANG: 'C.UTF-8', TZ: 'UTC' },
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      timeout: 60_000,
    });
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new ConversionError('converter-failed', `The browser could not be started: ${why}`);
  }
}

/** Pure. Nothing is fetched, reported or updated but what a page asks for. */
export function browserArgs(about: {
  readonly home: string;
  readonly network: boolean;
  readonly isRoot: boolean;
}): readonly string[] {
  return [
    '--headless',
    // Chromium refuses to confine itself for root. The sandbox around it stays.
    ...(about.isRoot ? ['--no-sandbox'] : []),
    '--remote-debugging-pipe',
    `--user-data-dir=${about.home}/profile`,
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-quic',
    // UDP would pass by a proxy.
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--no-first-run',
    '--no-default-browser-check',
    '--no-pings',
    '--disable-background-networking',
    '--disable-background-timer-throttling',
    '--disable-breakpad',
    '--disable-client-side-phishing-detection',
    '--disable-component-extensions-with-background-pages',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-extensions',
    '--disable-field-trial-config',
    '--disable-sync',
    '--disable-features=AutofillServerCommunication,CertificateTransparencyComponentUpdater,InterestFeedContentSuggestions,MediaRouter,OptimizationHints,Translate',
    '--export-tagged-pdf',
    '--force-color-profile=srgb',
    '--hide-scrollbars',
    '--metrics-recording-only',
    '--mute-audio',
    '--password-store=basic',
    '--use-mock-keychain',
    ...(about.network ? [] : offline),
    'about:blank',
  ];
}

/** For machines without a sandbox: no name is looked up, and everything goes to a proxy that is not there. */
const offline: readonly string[] = [
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--proxy-server=socks5://127.0.0.1:9',
  '--proxy-bypass-list=<-loopback>',
];

/** Named after our process, so that what a killed one left behind is known as such. */
async function newProfile(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    const owner = new RegExp(`^${profilePrefix}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isThere(Number(owner))) {
      await rm(path.join(tmpdir(), name), { recursive: true, force: true });
    }
  }
  return await mkdtemp(path.join(tmpdir(), `${profilePrefix}${process.pid}-`));
}

const lastWordsDescriptor = 4;
let isWatched = false;

/** As the watchdog of hosts, which sees this process alone: a browser that grows too large ends with its host. */
function watchMemory(memoryBytes: number): void {
  if (isWatched) return;
  isWatched = true;
  watchTree(process.pid, { memoryBytes, stallMs: Number.POSITIVE_INFINITY }, ({ type }) => {
    if (type !== 'memory') return;
    try {
      writeSync(lastWordsDescriptor, `memory ${memoryBytes}`);
    } catch {
      // Nobody reads any more.
    }
    process.kill(process.pid, 'SIGKILL');
  });
}
