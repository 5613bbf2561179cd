/**
 * The filters of FFmpeg that bring the pictures of a video into the size, rate and shape asked for. Pure arithmetic and
 * text. Sizes are those that a viewer sees: FFmpeg has turned the pictures upright before the first filter.
 */
import { fittedSize } from '../pictures/picture-fit.ts';
import type { Size } from '../pictures/picture-fit.ts';
import { broadcastRate } from './frame-rates.ts';
import type { VideoStream } from './media-info.ts';
import type { MediaSettings } from './media-settings.ts';
import { exact } from './media-time.ts';
import { videoCodecs } from './video-codecs.ts';

/** What an animation gets at most when nobody asks: its frames last a multiple of 10 ms. */
const animationFps = 20;

export interface Pictures {
  /** In their order; joined by commas they are a chain. */
  readonly filters: readonly string[];
  readonly size: Size;
}

export function pictureFilters(video: VideoStream, settings: MediaSettings): Pictures {
  if (settings.video.type === 'encode' && settings.video.codec === 'dv') return dvPictures(video, settings);
  const rate = frameRate(video, settings);
  const sized = sizeFilters(video, settings);
  return {
    filters: [
      ...(rate === undefined ? [] : [`fps=${rate}`]),
      ...sized.filters,
      ...(settings.aspectRatio === undefined ? [] : [`setdar=${settings.aspectRatio}`]),
    ],
    size: sized.size,
  };
}

function frameRate(video: VideoStream, settings: MediaSettings): string | undefined {
  const { fps, type, video: coded } = settings;
  const wanted = fps ?? video.fps;
  if (coded.type === 'encode' && (coded.codec === 'mpeg1' || coded.codec === 'mpeg2'))
    return broadcastRate(wanted ?? 25);
  if (fps !== undefined) return exact(fps);
  const isAnimated = video.codec === 'gif' || video.codec === 'apng';
  // So few pictures that nothing is known but the ticks of their clock: encoders and players take no such rate.
  if (type !== 'animation' && type !== 'frames' && video.codec === 'apng' && video.fps === undefined)
    return '25';
  // An animation keeps the times of its frames.
  if (type === 'animation' && !isAnimated && (video.fps ?? 25) > animationFps) return String(animationFps);
  return undefined;
}

function sizeFilters(video: VideoStream, settings: MediaSettings): Pictures {
  const natural = { width: video.width, height: video.height };
  const step = stepOf(settings);
  const { fit } = settings;
  const isPicture = settings.type === 'animation' || settings.type === 'frames';
  if (!settings.isResized && !(video.isAnamorphic && isPicture)) {
    const size = stepped(natural, step);
    const isWhole = size.width === natural.width && size.height === natural.height;
    // One row of pixels less is better than all of them blurred.
    return { filters: isWhole ? [] : [`crop=trunc(iw/${step})*${step}:trunc(ih/${step})*${step}:0:0`], size };
  }
  const wanted = stepped(fittedSize(natural, { ...fit, isVector: false }), step);
  const isCropped = fit.mode === 'crop' && fit.width !== undefined && fit.height !== undefined;
  const covering = isCropped ? coveringSize(natural, wanted) : wanted;
  return {
    filters: [
      `scale=${covering.width}:${covering.height}`,
      ...(isCropped ? [`crop=${wanted.width}:${wanted.height}`] : []),
      'setsar=1',
    ],
    size: wanted,
  };
}

/** Fills the box, and may pass over it on one side. */
function coveringSize(natural: Size, box: Size): Size {
  const factor = Math.max(box.width / natural.width, box.height / natural.height);
  return {
    width: Math.max(box.width, Math.round(natural.width * factor)),
    height: Math.max(box.height, Math.round(natural.height * factor)),
  };
}

function stepOf({ video, type }: MediaSettings): number {
  if (type === 'animation' || type === 'frames' || video.type !== 'encode') return 1;
  return videoCodecs[video.codec].sizeStep ?? 2;
}

const stepped = (size: Size, step: number): Size => ({
  width: Math.max(step, roundTo(size.width, step)),
  height: Math.max(step, roundTo(size.height, step)),
});
const roundTo = (length: number, step: number): number => Math.floor(length / step) * step;

/** One of its two sizes, with bars where the picture has another shape. */
function dvPictures(video: VideoStream, settings: MediaSettings): Pictures {
  const isNtsc = [24, 30, 60].some((rate) => Math.abs((video.fps ?? 25) - rate) < 0.5);
  const size = isNtsc ? { width: 720, height: 480 } : { width: 720, height: 576 };
  const isWide = video.width / video.height > 1.5;
  // Its pixels are not square: the picture is fitted into what they show.
  const shown = isWide ? 16 / 9 : 4 / 3;
  const inner =
    video.width / video.height > shown
      ? { width: size.width, height: roundTo((size.height * shown * video.height) / video.width, 2) }
      : { width: roundTo((size.width * video.width) / video.height / shown, 2), height: size.height };
  return {
    filters: [
      `fps=${isNtsc ? '30000/1001' : '25'}`,
      `scale=${inner.width}:${inner.height}`,
      `pad=${size.width}:${size.height}:(ow-iw)/2:(oh-ih)/2`,
      `setdar=${settings.aspectRatio ?? (isWide ? '16/9' : '4/3')}`,
      `format=${isNtsc ? 'yuv411p' : 'yuv420p'}`,
    ],
    size,
  };
}

/** How the pictures of a still or animated format are stored. */
export function picturePixels(to: string, hasAlpha: boolean): string {
  switch (to) {
    case 'jpg':
      return 'yuvj420p';
    case 'bmp':
      return 'bgr24';
    case 'webp':
      return hasAlpha ? 'yuva420p' : 'yuv420p';
    case 'gif':
      return hasAlpha ? 'bgra' : 'rgb24';
    default:
      return hasAlpha && to !== 'tiff' ? 'rgba' : 'rgb24';
  }
}
