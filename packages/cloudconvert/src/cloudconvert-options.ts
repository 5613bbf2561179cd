/** What the CloudConvert backend is given: whose account, and where its API is. It reads no environment itself. */
export interface CloudConvertOptions {
  readonly apiKey: string;
  /** `https://api.cloudconvert.com/v2`, or a server that speaks the same API; without a slash at the end. */
  readonly apiUrl: string;
  /** Blocking reads: `https://sync.api.cloudconvert.com/v2`. */
  readonly syncUrl: string;
  /** `https://socketio.cloudconvert.com` */
  readonly socketUrl: string;
}
