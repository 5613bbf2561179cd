/** Which frame of a video a thumbnail shows, and how large it is. Pure: it goes by what a probe says of the video. */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema/result';
import { invalidOption, noVideo } from './media-failures.ts';
import type { MediaInfo } from './media-info.ts';
import { readMediaSettings } from './media-settings.ts';
import type { MediaSettings } from './media-settings.ts';
import { exact, secondsOf, shareOf, shownTime } from './media-time.ts';

export interface Thumbnail {
  readonly options: JsonObject;
  /** Canonical: png, jpg or webp. */
  readonly to: string;
  /** From 0. */
  readonly index: number;
  readonly count: number;
  /** Of the video. */
  readonly name: string;
}

export function thumbnailSettings(asked: Thumbnail, info: MediaInfo): Result<MediaSettings, Failure> {
  if (info.video === undefined) return err(noVideo(asked.name, asked.to));
  const at = placeOf(asked, info);
  if (!at.ok) return at;
  const options = { ...boxOptions(asked.options), trim_start: Number(exact(at.value)) };
  const settings = readMediaSettings({ to: 'png', options });
  return settings.ok ? ok({ ...settings.value, to: asked.to }) : settings;
}

/** Seconds. In the middle of as many equal parts as there are pictures: one alone comes from the middle. */
function placeOf({ options, index, count, name }: Thumbnail, info: MediaInfo): Result<number, Failure> {
  const { timestamp } = options;
  const whole = info.video?.seconds ?? info.seconds;
  const share = timestamp === undefined ? (index + 0.5) / count : shareOf(timestamp);
  const shown = JSON.stringify(name);
  if (share === undefined) {
    const seconds = secondsOf(timestamp) ?? 0;
    return whole !== undefined && seconds > whole
      ? err(
          invalidOption(
            `${shown} lasts ${shownTime(whole)}: \`timestamp\` (${shownTime(seconds)}) lies behind its end`,
            'Give an earlier one.',
          ),
        )
      : ok(beforeEnd(seconds, info));
  }
  if (whole !== undefined) return ok(beforeEnd(whole * share, info));
  // The only frame that is surely there.
  if (timestamp === undefined && count === 1) return ok(0);
  return err(invalidOption(`${shown} does not say how long it lasts`, 'Give `timestamp` in seconds.'));
}

/** The last frame begins before the end. */
function beforeEnd(seconds: number, { video, seconds: whole }: MediaInfo): number {
  const end = video?.seconds ?? whole;
  return end === undefined ? seconds : Math.max(0, Math.min(seconds, end - 1.5 / (video?.fps ?? 25)));
}

/** Without `width` and `height`: a box that suits an index page. */
function boxOptions({ width, height, fit }: JsonObject): JsonObject {
  const isSized = width !== undefined || height !== undefined;
  return {
    ...(isSized ? {} : { width: 512, height: 512 }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(fit === undefined ? {} : { fit }),
  };
}
