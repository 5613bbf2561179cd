/** Until a page is there: the events, the quiet, the element and the time that the options wait for. It prints nothing. */
import type { Page, Request, Response } from 'playwright-core';
import { ConversionError } from '../../host/protocol.ts';
import type { LoadSettings } from './chromium-settings.ts';

/** A page that takes longer than this hangs. */
const loadTimeoutMs = 60_000;
const elementTimeoutMs = 30_000;
const quietMs = 500;

/** `name` is what messages call the page. Undefined answer: the browser had nothing to ask for. */
export async function loadPage(
  page: Page,
  about: { readonly url: string; readonly name: string; readonly settings: LoadSettings },
): Promise<Response | null> {
  const { settings, name } = about;
  const connections = new Connections(page);
  const response = await page.goto(about.url, {
    waitUntil: settings.waitUntil === 'domcontentloaded' ? 'domcontentloaded' : 'load',
    timeout: loadTimeoutMs,
  });
  if (response !== null && response.status() >= 400) return response;
  if (settings.waitUntil.startsWith('networkidle')) {
    await connections.quiet(settings.waitUntil === 'networkidle2' ? 2 : 0, name);
  }
  if (settings.waitForElement !== undefined) await waitForElement(page, settings.waitForElement, name);
  if (settings.waitTimeMs > 0) await page.waitForTimeout(settings.waitTimeMs);
  return response;
}

/** Those that are open. */
class Connections {
  readonly #open = new Set<Request>();
  #onChange: () => void = () => undefined;

  constructor(page: Page) {
    page.on('request', (request) => {
      this.#open.add(request);
      this.#onChange();
    });
    const close = (request: Request): void => {
      this.#open.delete(request);
      this.#onChange();
    };
    page.on('requestfinished', close);
    page.on('requestfailed', close);
  }

  /** No more than `most` for 500 ms. */
  async quiet(most: number, name: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let calm: NodeJS.Timeout | undefined;
      const limit = setTimeout(() => {
        clearTimeout(calm);
        reject(neverQuiet(name, this.#open.size));
      }, loadTimeoutMs);
      this.#onChange = () => {
        if (this.#open.size > most) {
          clearTimeout(calm);
          calm = undefined;
        } else {
          calm ??= setTimeout(() => {
            clearTimeout(limit);
            resolve();
          }, quietMs);
        }
      };
      this.#onChange();
    });
  }
}

const neverQuiet = (name: string, open: number): ConversionError =>
  new ConversionError(
    'timed-out',
    `${name} kept ${open} connections open for ${loadTimeoutMs / 1000} s, and \`wait_until\` waits for their end`,
    'Use `wait_until: load`, with `wait_time` or `wait_for_element` for what comes later.',
  );

async function waitForElement(page: Page, selector: string, name: string): Promise<void> {
  try {
    // `css=`: the text of an option never becomes another kind of selector.
    await page.waitForSelector(`css=${selector}`, { state: 'attached', timeout: elementTimeoutMs });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (/selector/i.test(why) && !/Timeout/.test(why)) {
      throw new ConversionError(
        'unsupported',
        `\`wait_for_element\` is no CSS selector: ${JSON.stringify(selector)}`,
        'Write it as in a style sheet: `#chart`, `.ready`, `main > svg`.',
      );
    }
    if (!/Timeout/.test(why)) throw error;
    throw new ConversionError(
      'timed-out',
      `${name} had no element ${JSON.stringify(selector)} after ${elementTimeoutMs / 1000} s, and \`wait_for_element\` waits for it`,
      'Check the selector, or leave `wait_for_element` out.',
    );
  }
}
