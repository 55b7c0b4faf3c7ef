import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import type { Area } from './area.ts';
import { paint } from './style.ts';

/** Something at a position, with the page that it leads to. */
export interface Place {
  name: string;
  href: string;
  position: [longitude: number, latitude: number];
}

const FONT = ['sans-serif'];

/** Borders with their names, under everything that is drawn afterwards. */
export function drawTerritories(
  map: MapLibre,
  territories: { id: string; name: string; area: Area }[],
): void {
  const [fill = '', ink = '', halo = ''] = paint('brand', 'ink', 'surface');
  map.addSource('territories', {
    type: 'geojson',
    data: {
      type: 'FeatureCollection',
      features: territories.map(({ name, area }) => ({
        type: 'Feature',
        geometry: area,
        properties: { name },
      })),
    },
  });
  map.addLayer({
    id: 'territories-fill',
    type: 'fill',
    source: 'territories',
    paint: { 'fill-color': fill, 'fill-opacity': 0.12 },
  });
  map.addLayer({
    id: 'territories-line',
    type: 'line',
    source: 'territories',
    paint: { 'line-color': fill, 'line-width': 2 },
  });
  map.addLayer({
    id: 'territories-name',
    type: 'symbol',
    source: 'territories',
    layout: { 'text-field': ['get', 'name'], 'text-font': FONT, 'text-size': 13 },
    paint: { 'text-color': ink, 'text-halo-color': halo, 'text-halo-width': 2 },
  });
}

export const pointAt = (position: Place['position'], properties: Record<string, unknown>) => ({
  type: 'Feature' as const,
  geometry: { type: 'Point' as const, coordinates: position },
  properties,
});

export const lineAlong = (positions: Place['position'][], properties: Record<string, unknown>) => ({
  type: 'Feature' as const,
  geometry: { type: 'LineString' as const, coordinates: positions },
  properties,
});

const collection = (places: Place[]) => ({
  type: 'FeatureCollection' as const,
  features: places.map(({ name, href, position }) => pointAt(position, { name, href })),
});

/** Places that lie close together are one circle with their number, which opens when it is clicked. */
export function drawPlaces(
  map: MapLibre,
  id: string,
  places: Place[],
  options: { colour: 'brand' | 'mark' | 'info'; isClustered: boolean },
): void {
  const [fill = '', on = '', ink = '', halo = ''] = paint(
    options.colour,
    options.colour === 'mark' ? 'on-mark' : 'on-brand',
    'ink',
    'surface',
  );
  map.addSource(id, {
    type: 'geojson',
    data: collection(places),
    cluster: options.isClustered,
    clusterRadius: 40,
    clusterMaxZoom: 14,
  });
  map.addLayer({
    id: `${id}-many`,
    type: 'circle',
    source: id,
    filter: ['has', 'point_count'],
    paint: {
      'circle-color': fill,
      'circle-radius': ['step', ['get', 'point_count'], 13, 20, 17, 200, 22],
      'circle-stroke-color': halo,
      'circle-stroke-width': 2,
    },
  });
  map.addLayer({
    id: `${id}-count`,
    type: 'symbol',
    source: id,
    filter: ['has', 'point_count'],
    layout: {
      'text-field': ['get', 'point_count_abbreviated'],
      'text-font': FONT,
      'text-size': 12,
      'text-allow-overlap': true,
    },
    paint: { 'text-color': on },
  });
  map.addLayer({
    id: `${id}-one`,
    type: 'circle',
    source: id,
    filter: ['!', ['has', 'point_count']],
    paint: {
      'circle-color': fill,
      'circle-radius': options.colour === 'brand' ? 7 : 9,
      'circle-stroke-color': halo,
      'circle-stroke-width': 2,
    },
  });
  map.addLayer({
    id: `${id}-name`,
    type: 'symbol',
    source: id,
    filter: ['!', ['has', 'point_count']],
    minzoom: options.colour === 'brand' ? 10 : 0,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': 12,
      'text-anchor': 'top',
      'text-offset': [0, 0.8],
    },
    paint: { 'text-color': ink, 'text-halo-color': halo, 'text-halo-width': 1.5 },
  });
}

/** Shows other places under the same name. */
export function changePlaces(map: MapLibre, id: string, places: Place[]): void {
  map.getSource<GeoJSONSource>(id)?.setData(collection(places));
}

/** A click on a place tells where it leads; one on a number zooms in until it opens. */
export function followClicks(map: MapLibre, id: string, open: (place: Place) => void): void {
  map.on('click', `${id}-many`, (event) => {
    const [found] = event.features ?? [];
    const source = map.getSource<GeoJSONSource>(id);
    if (!found || !source || found.geometry.type !== 'Point') return;
    const centre = found.geometry.coordinates as [number, number];
    void source
      .getClusterExpansionZoom(Number(found.properties['cluster_id']))
      .then((zoom) => map.easeTo({ center: centre, zoom }));
  });
  map.on('click', `${id}-one`, (event) => {
    const [found] = event.features ?? [];
    if (found?.geometry.type !== 'Point') return;
    open({
      name: String(found.properties['name']),
      href: String(found.properties['href']),
      position: found.geometry.coordinates as [number, number],
    });
  });
  for (const layer of [`${id}-many`, `${id}-one`]) {
    map.on('mouseenter', layer, () => (map.getCanvas().style.cursor = 'pointer'));
    map.on('mouseleave', layer, () => (map.getCanvas().style.cursor = ''));
  }
}
