/**
 * Where the pages of a window may lead: anywhere, or to the public internet only, by a proxy. It tells when the page
 * itself was kept from loading; pictures and scripts of it are just missing then.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ConversionError } from '../../host/protocol.ts';
import { shownUrl } from '../../http/shown-url.ts';
import type { Network } from '../../http/network.ts';
import type { PublicProxy } from './public-proxy.ts';
import { startPublicProxy } from './public-proxy.ts';

export interface PageNetwork {
  readonly window: Pick<BrowserContextOptions, 'proxy'>;
  readonly hasRefused: PublicProxy['hasRefused'];
}

export async function withNetwork(
  network: Network,
  work: (network: PageNetwork) => Promise<void>,
): Promise<void> {
  if (network.type === 'any') {
    await work({ window: {}, hasRefused: () => false });
    return;
  }
  const proxy = await startPublicProxy(network);
  try {
    // Browsers pass by a proxy on the way to this machine, unless they are told not to.
    const window = { proxy: { server: proxy.url, bypass: '<-loopback>' } };
    await work({ window, hasRefused: proxy.hasRefused });
  } finally {
    proxy.close();
  }
}

/** Follows where the page leads; asked later, why it was not let there. */
export function refusedPage(
  page: Page,
  first: URL,
  { hasRefused }: PageNetwork,
): () => ConversionError | undefined {
  let last = first;
  page.on('request', (request) => {
    const isPage = request.isNavigationRequest() && request.frame() === page.mainFrame();
    if (isPage && URL.canParse(request.url())) last = new URL(request.url());
  });
  return () => {
    if (!hasRefused(last.hostname)) return undefined;
    const way = last.href === first.href ? '' : `, where ${shownUrl(first)} leads,`;
    return new ConversionError(
      'refused',
      `cannot capture ${shownUrl(last)}: ${last.hostname}${way} is not on the public internet, and this server reaches nothing else`,
      'Whoever runs the server can allow it: --allow-private-network.',
    );
  };
}
