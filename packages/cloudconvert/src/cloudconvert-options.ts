/** What the CloudConvert backend is given: whose account, and where its API is. It reads no environment itself. */
export interface CloudConvertOptions {
  /** Empty: a server of one's own that asks for none. */
  readonly apiKey: string;
  /** `https://api.cloudconvert.com/v2`, or a server that speaks the same API; without a slash at the end. */
  readonly apiUrl: string;
  /** Blocking reads: `https://sync.api.cloudconvert.com/v2`. */
  readonly syncUrl: string;
  /** `https://socketio.cloudconvert.com` */
  readonly socketUrl: string;
}

export interface CloudConvertPlace {
  readonly isSandbox: boolean;
  /** `eu-central`, `us-east`; absent: the nearest, or what the account says. */
  readonly region?: string | undefined;
}

/** CloudConvert's own addresses. */
export function cloudConvertUrls({
  isSandbox,
  region,
}: CloudConvertPlace): Omit<CloudConvertOptions, 'apiKey'> {
  if (isSandbox) {
    return {
      apiUrl: 'https://api.sandbox.cloudconvert.com/v2',
      syncUrl: 'https://sync.api.sandbox.cloudconvert.com/v2',
      socketUrl: 'https://socketio.sandbox.cloudconvert.com',
    };
  }
  const prefix = region === undefined ? '' : `${region}.`;
  return {
    apiUrl: `https://${prefix}api.cloudconvert.com/v2`,
    syncUrl: `https://${prefix}sync.api.cloudconvert.com/v2`,
    socketUrl: 'https://socketio.cloudconvert.com',
  };
}
