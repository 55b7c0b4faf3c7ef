import type { Map as MapLibre, StyleSpecification } from 'maplibre-gl';
import { project } from '#lib/platform/project.ts';
import { m } from '#lib/words.ts';

/** The colours of the portal, as a canvas paints them: MapLibre does not read `oklch`. */
export function paint(...names: string[]): string[] {
  const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const styles = getComputedStyle(document.documentElement);
  return names.map((name) => {
    if (!brush) return 'grey';
    brush.fillStyle = styles.getPropertyValue(`--c-${name}`);
    brush.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = brush.getImageData(0, 0, 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  });
}

const FONT = ['sans-serif'];

/** Where an address of a map style is configured it is that one, else the borders and towns that the portal brings. */
export async function mapStyle(): Promise<StyleSpecification | string> {
  if (project.MAP_STYLE_URL) return project.MAP_STYLE_URL;
  const { default: context } = await import('virtual:context-map');
  const [water = '', land = '', border = '', ink = '', halo = ''] = paint(
    'sunken',
    'surface',
    'edge',
    'soft',
    'surface',
  );
  return {
    version: 8,
    sources: {
      countries: {
        type: 'geojson',
        data: context.countries,
        attribution: m.natural_earth_geonames_cc_by_4_0(),
      },
      towns: { type: 'geojson', data: context.towns },
    },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': water } },
      { id: 'land', type: 'fill', source: 'countries', paint: { 'fill-color': land } },
      {
        id: 'borders',
        type: 'line',
        source: 'countries',
        paint: { 'line-color': border, 'line-width': 1 },
      },
      {
        id: 'towns',
        type: 'symbol',
        source: 'towns',
        // Large towns from far away, small ones from near.
        filter: [
          '>=',
          ['get', 'population'],
          ['step', ['zoom'], 500_000, 6, 100_000, 8, 20_000, 10, 0],
        ],
        layout: {
          'text-field': ['get', 'name'],
          'text-font': FONT,
          'text-size': 12,
          'symbol-sort-key': ['-', 0, ['get', 'population']],
        },
        paint: { 'text-color': ink, 'text-halo-color': halo, 'text-halo-width': 1.5 },
      },
    ],
  };
}

/** MapLibre, loaded when the first map is shown. */
export async function loadMapLibre() {
  const [library, { default: workerUrl }] = await Promise.all([
    import('maplibre-gl'),
    import('maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'),
    import('maplibre-gl/dist/maplibre-gl.css'),
  ]);
  library.setWorkerUrl(workerUrl);
  return library;
}

/** East Africa: where a map without anything on it begins. */
export const HOME: [west: number, south: number, east: number, north: number] = [33.5, -5, 42, 5];

/** Shows all the positions, not nearer than a town. */
export function showAll(map: MapLibre, positions: [longitude: number, latitude: number][]): void {
  if (positions.length === 0) return;
  const longitudes = positions.map(([longitude]) => longitude);
  const latitudes = positions.map(([, latitude]) => latitude);
  const bounds: [number, number, number, number] = [
    longitudes.reduce((one, other) => Math.min(one, other)),
    latitudes.reduce((one, other) => Math.min(one, other)),
    longitudes.reduce((one, other) => Math.max(one, other)),
    latitudes.reduce((one, other) => Math.max(one, other)),
  ];
  map.fitBounds(bounds, { padding: 48, maxZoom: 13, animate: false });
}
