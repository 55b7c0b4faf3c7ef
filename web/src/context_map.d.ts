/** Made by `web/context_map.ts` when the portal is built. */
declare module 'virtual:context-map' {
  import type { FeatureCollection, Point } from 'geojson';
  const map: {
    countries: FeatureCollection;
    towns: FeatureCollection<Point, { name: string; population: number }>;
  };
  export default map;
}
