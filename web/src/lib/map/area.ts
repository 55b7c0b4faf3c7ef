import type { MultiPolygon, Polygon, Position } from 'geojson';
import { m } from '#lib/words.ts';

/** Borders as the database keeps them (`territories.area`). */
export type Area = Polygon | MultiPolygon;
/** A closed ring of corners, longitude before latitude: the last is the first. */
export type Ring = Position[];

/** Twice the surface that a ring encloses, in square degrees. */
function size(ring: Ring): number {
  let sum = 0;
  for (const [index, [x = 0, y = 0]] of ring.entries()) {
    const [nextX = 0, nextY = 0] = ring[(index + 1) % ring.length] ?? [];
    sum += x * nextY - nextX * y;
  }
  return Math.abs(sum);
}

/** Whether a position lies within a ring. */
export function surrounds(ring: Ring, [x = 0, y = 0]: Position): boolean {
  let isInside = false;
  for (const [index, [fromX = 0, fromY = 0]] of ring.entries()) {
    const [toX = 0, toY = 0] = ring[(index + 1) % ring.length] ?? [];
    if (fromY > y !== toY > y && x < ((toX - fromX) * (y - fromY)) / (toY - fromY) + fromX) {
      isInside = !isInside;
    }
  }
  return isInside;
}

/** Every ring of an area, outside ones and holes alike, as they are drawn. */
export function ringsOf(area: Area | null): Ring[] {
  if (!area) return [];
  return area.type === 'Polygon' ? area.coordinates : area.coordinates.flat();
}

/**
 * The area that rings make: one that lies within another is a hole in it, one within a hole a part
 * again. Null for none.
 */
export function areaOf(rings: Ring[]): Area | null {
  const parts: { outline: Ring; rings: Ring[] }[] = [];
  const bySize = rings.toSorted((one, other) => size(other) - size(one));
  for (const [index, ring] of bySize.entries()) {
    const around = bySize.slice(0, index).filter((other) => surrounds(other, ring[0] ?? []));
    const outline = around.at(-1);
    const part = parts.find((it) => it.outline === outline);
    if (around.length % 2 === 1 && part) part.rings.push(ring);
    else parts.push({ outline: ring, rings: [ring] });
  }
  const [first] = parts;
  if (!first) return null;
  if (parts.length === 1) return { type: 'Polygon', coordinates: first.rings };
  return { type: 'MultiPolygon', coordinates: parts.map((part) => part.rings) };
}

/** An area in words that can be typed: a corner per line, latitude first, an empty line between rings. */
export function asText(area: Area | null): string {
  return ringsOf(area)
    .map((ring) =>
      ring
        .slice(0, -1)
        .map(([longitude, latitude]) => `${latitude}, ${longitude}`)
        .join('\n'),
    )
    .join('\n\n');
}

/**
 * Reads what `asText` writes.
 *
 * @throws {Error} naming the line that is no corner
 */
export function readText(text: string): Area | null {
  const rings: Ring[] = [];
  let ring: Ring = [];
  const close = () => {
    const [first] = ring;
    if (first) rings.push([...ring, first]);
    ring = [];
  };
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') {
      close();
      continue;
    }
    const match = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(line);
    if (!match) throw new Error(m.line_is_no_corner({ line: index + 1 }));
    ring.push([Number(match[2]), Number(match[1])]);
  }
  close();
  return areaOf(rings);
}
