import type { Map as MapLibre } from 'maplibre-gl';
import { type Ring, surrounds } from './area.ts';

type Position = [longitude: number, latitude: number];

/** A line drawn around things on a map with the mouse or a finger, while the map itself stands still. */
export class Lasso {
  /** The line so far, as the points of an SVG in pixels of the map. */
  line = $state('');
  #points: [x: number, y: number][] = [];

  begin(event: PointerEvent & { currentTarget: Element }): void {
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#points = [[event.offsetX, event.offsetY]];
    this.line = '';
  }

  draw(event: PointerEvent): void {
    if (this.#points.length === 0) return;
    this.#points.push([event.offsetX, event.offsetY]);
    this.line = this.#points.map((point) => point.join(',')).join(' ');
  }

  /** What of these lies within the line that is closed now. */
  close<Thing>(map: MapLibre, things: Thing[], positionOf: (thing: Thing) => Position): Thing[] {
    const ring: Ring = this.#points;
    this.#points = [];
    this.line = '';
    return things.filter((thing) => {
      const { x, y } = map.project(positionOf(thing));
      return surrounds(ring, [x, y]);
    });
  }
}
