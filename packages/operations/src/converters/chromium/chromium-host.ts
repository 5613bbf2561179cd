/**
 * Pages onto paper and into pictures by an installed Chromium, inside a converter host. Two kinds of jobs: a local
 * document, for which there is no network, and a page of the web.
 */
import { writeFile } from 'node:fs/promises';
import type { JsonObject } from '@pipeline/schema';
import type { BrowserContext, Page } from 'playwright-core';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { jobObject, jobText, numberOption } from '../../host/read-job.ts';
import { anyNetwork, publicNetwork } from '../../http/network.ts';
import { shownUrl } from '../../http/shown-url.ts';
import { settledPdf } from '../../files/settle-dates.ts';
import { stemOf } from '../../files/output-name.ts';
import { listOption, mapOption } from '../../read-options.ts';
import { inWindow } from './chromium-browser.ts';
import type { BrowserNeeds } from './chromium-browser.ts';
import { serveDocument } from './chromium-document.ts';
import { refusedPage, withNetwork } from './chromium-network.ts';
import type { PageNetwork } from './chromium-network.ts';
import { loadPage } from './chromium-load.ts';
import { pageSettings } from './chromium-settings.ts';
import type { PageSettings } from './chromium-settings.ts';
import { judgeAnswer, navigationError, sendHeaders } from './chromium-website.ts';

/** Longer than any page takes: a script that never ends blocks everything else. */
const drawTimeoutMs = 600_000;
/** Of one side, in pixels: the picture of a longer page has holes. */
const maxSide = 16_384;

export const host: HostModule = {
  run: async (job, report) => {
    const settings = pageSettings(jobObject(job, 'options'));
    const { view } = settings;
    const needs: BrowserNeeds = {
      executable: jobText(job, 'executable'),
      network: jobText(job, 'type') === 'website',
      maxMemoryBytes: numberOption(job, 'maxMemoryBytes') ?? 0,
    };
    const window = { viewport: { width: view.width, height: view.height }, deviceScaleFactor: view.scale };
    const looked = new Set<string>();
    const startedMs = Date.now();
    await withNetwork(job['network'] === 'public' ? publicNetwork : anyNetwork, (network) =>
      inWindow(needs, { ...window, ...network.window }, async (context) => {
        const page = await context.newPage();
        if (view.media !== undefined) await page.emulateMedia({ media: view.media });
        const open = needs.network ? openWebsite : openDocument;
        const judge = await open(page, { job, settings, context, network, looked });
        report(60);
        // Also where drawing failed: a page that left for another one cannot be drawn, and that it left is the cause.
        const bytes = await inTime(() => draw(page, { job, settings }), jobText(job, 'inputName')).finally(
          judge,
        );
        const made = jobText(job, 'to') === 'pdf' ? settledPdf(bytes, startedMs) : bytes;
        await writeFile(jobText(job, 'outputPath'), made);
      }),
    );
    return { beside: [...looked] };
  },
};

interface Opening {
  readonly job: JsonObject;
  readonly settings: PageSettings;
  readonly context: BrowserContext;
  readonly network: PageNetwork;
  readonly looked: Set<string>;
}

/** Answers with what is asked once everything is drawn, as some things are loaded only then. */
async function openDocument(page: Page, { job, settings, context, looked }: Opening): Promise<() => void> {
  const inputName = jobText(job, 'inputName');
  const served = await serveDocument(context, {
    inputPath: jobText(job, 'inputPath'),
    inputName,
    allowedDirs: listOption(job, 'allowedDirs'),
    looked,
  });
  const name = JSON.stringify(inputName);
  try {
    await loadPage(page, { url: served.url, name, settings: settings.load });
    // Else a PDF is called by the address that it had here, which is another one each time.
    const title = JSON.stringify(stemOf(inputName));
    await page.evaluate(`document.title === '' && void (document.title = ${title})`);
  } catch (error) {
    served.judge();
    throw error instanceof Error && error.name === 'TimeoutError'
      ? new ConversionError('timed-out', `${name} was not loaded after 60 s: a script of it may not end`)
      : error;
  }
  served.judge();
  return served.judge;
}

async function openWebsite(page: Page, { job, settings, network }: Opening): Promise<() => void> {
  const url = new URL(jobText(job, 'url'));
  const refused = refusedPage(page, url, network);
  await sendHeaders(page, { url, headers: mapOption(job, 'headers') });
  try {
    const answer = await loadPage(page, { url: url.href, name: shownUrl(url), settings: settings.load });
    if (refused() === undefined) judgeAnswer(answer);
  } catch (error) {
    throw refused() ?? navigationError(error, url);
  }
  const judge = (): void => {
    const why = refused();
    if (why !== undefined) throw why;
  };
  judge();
  // A script may have led it elsewhere since.
  return judge;
}

async function draw(
  page: Page,
  { job, settings }: { readonly job: JsonObject; readonly settings: PageSettings },
): Promise<Buffer> {
  const to = jobText(job, 'to');
  if (to === 'pdf') return await print(page, settings);
  const { view, quality } = settings;
  if (!view.isWindowOnly) await checkSize(page, { scale: view.scale, name: jobText(job, 'inputName') });
  return await page.screenshot({
    type: to === 'jpg' ? 'jpeg' : 'png',
    fullPage: !view.isWindowOnly,
    animations: 'disabled',
    timeout: drawTimeoutMs,
    ...(to === 'jpg' ? { quality: quality ?? 90 } : {}),
  });
}

async function print(page: Page, { print: settings }: PageSettings): Promise<Buffer> {
  try {
    return await page.pdf({ ...settings, tagged: true });
  } catch (error) {
    if (error instanceof Error && /page range/i.test(error.message)) {
      throw new ConversionError(
        'unsupported',
        `\`pages\` asks for ${settings.pageRanges ?? ''}, and the document has fewer pages`,
        'Leave `pages` out to get all of them.',
      );
    }
    throw error;
  }
}

async function checkSize(
  page: Page,
  about: { readonly scale: number; readonly name: string },
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { cssContentSize } = await session.send('Page.getLayoutMetrics');
  await session.detach();
  const { width, height } = cssContentSize;
  if (Math.max(width, height) * about.scale <= maxSide) return;
  throw new ConversionError(
    'too-large',
    `${JSON.stringify(about.name)} is a page of ${Math.ceil(width * about.scale)} × ${Math.ceil(height * about.scale)} pixels, and a picture has at most ${maxSide} on a side`,
    'Make a PDF of it, or give `screen_height` for the top of it alone.',
  );
}

async function inTime<T>(work: () => Promise<T>, inputName: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `${JSON.stringify(inputName)} was not drawn after ${drawTimeoutMs / 1000} s`;
      reject(new ConversionError('timed-out', message));
    }, drawTimeoutMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
