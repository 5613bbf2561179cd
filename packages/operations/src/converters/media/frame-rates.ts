/** The frame rates of broadcasting: MPEG-1 and MPEG-2 take no others. Pure. */
const broadcastRates: readonly (readonly [number, string])[] = [
  [24_000 / 1001, '24000/1001'],
  [24, '24'],
  [25, '25'],
  [30_000 / 1001, '30000/1001'],
  [30, '30'],
  [50, '50'],
  [60_000 / 1001, '60000/1001'],
  [60, '60'],
];
export function broadcastRate(fps: number): string {
  const distance = (rate: number): number => Math.abs(rate - fps);
  const [nearest] = broadcastRates.toSorted(([left], [right]) => distance(left) - distance(right));
  return nearest?.[1] ?? '25';
}

export const isBroadcastRate = (fps: number): boolean =>
  broadcastRates.some(([rate]) => Math.abs(rate - fps) < 0.01);
