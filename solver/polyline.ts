/** Google's encoded polyline, five decimals: straight lines, since no road network is at hand. */
import type { LonLat } from './types.ts';

export function encodePolyline(points: LonLat[]): string {
  let text = '';
  let [lastLat, lastLon] = [0, 0];
  for (const [lon, lat] of points) {
    const [roundLat, roundLon] = [Math.round(lat * 1e5), Math.round(lon * 1e5)];
    text += encodeNumber(roundLat - lastLat) + encodeNumber(roundLon - lastLon);
    [lastLat, lastLon] = [roundLat, roundLon];
  }
  return text;
}

function encodeNumber(value: number): string {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let text = '';
  for (; rest >= 32; rest = Math.floor(rest / 32)) {
    text += String.fromCharCode((rest % 32) + 32 + 63);
  }
  return text + String.fromCharCode(rest + 63);
}
