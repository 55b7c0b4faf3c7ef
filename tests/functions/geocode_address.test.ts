import { expect, test } from 'vitest';
import { gazetteer, type Town } from '../../functions/geocode-address/gazetteer.ts';
import type { Geocoder } from '../../functions/geocode-address/geocoder.ts';
import { google } from '../../functions/geocode-address/google.ts';
import { makeHandler } from '../../functions/geocode-address/handler.ts';
import { nominatim } from '../../functions/geocode-address/nominatim.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

const IDS = {
  tenant_id: '0190a000-0000-7000-8000-00000000000a',
  address_id: '0190a000-0000-7000-8000-000000000001',
};
const ASKED = 'Moi Avenue 12, Nairobi';

/** A provider that answers what was recorded of it, and remembers what it was asked. */
function recorded(body: unknown, status = 200) {
  const asked: URL[] = [];
  const send = ((url: URL) => {
    asked.push(url);
    return Promise.resolve(Response.json(body, { status }));
  }) as typeof fetch;
  return { send, asked };
}
const said = (location_type: string, types: string[], partial_match?: boolean) => ({
  status: 'OK',
  results: [
    {
      types,
      ...(partial_match === undefined ? {} : { partial_match }),
      geometry: { location_type, location: { lat: -1.2841, lng: 36.8233 } },
    },
  ],
});

test.each([
  ['exact', said('ROOFTOP', ['street_address'])],
  ['street', said('RANGE_INTERPOLATED', ['street_address'])],
  ['street', said('GEOMETRIC_CENTER', ['route'])],
  ['town', said('APPROXIMATE', ['locality', 'political'])],
  ['town', said('ROOFTOP', ['locality'], true)],
  ['region', said('APPROXIMATE', ['administrative_area_level_1'])],
])('Google is as precise as it says: %s', async (precision, answer) => {
  const { send, asked } = recorded(answer);
  expect(await google('key', send).find(ASKED, 'KE')).toEqual({
    precision,
    latitude: -1.2841,
    longitude: 36.8233,
  });
  expect(asked[0]?.searchParams.get('components')).toBe('country:KE');
});

test.each([
  [{ status: 'REQUEST_DENIED' }, 200, 'geocoder_refused'],
  [{ status: 'OVER_QUERY_LIMIT' }, 200, 'geocoder_unreachable'],
  [{}, 403, 'geocoder_refused'],
  [{}, 500, 'geocoder_unreachable'],
  ['nonsense', 200, 'geocoder_unreachable'],
])('of Google %j (%i) is %s', async (answer, status, key) => {
  const { send } = recorded(answer, status);
  await expect(google('key', send).find(ASKED, 'KE')).rejects.toMatchObject({ key });
});

test('what Google does not know is unknown', async () => {
  const { send } = recorded({ status: 'ZERO_RESULTS', results: [] });
  expect(await google('key', send).find(ASKED, 'KE')).toBeNull();
});

test.each([
  ['exact', 30],
  ['street', 26],
  ['town', 16],
  ['region', 8],
])('Nominatim is as precise as its rank: %s', async (precision, place_rank) => {
  const { send, asked } = recorded([{ lat: '-1.28', lon: '36.82', place_rank }]);
  const place = await nominatim('https://osm.test', send, 0).find(ASKED, 'KE');
  expect(place).toEqual({ precision, latitude: -1.28, longitude: 36.82 });
  expect(asked[0]?.searchParams.get('countrycodes')).toBe('ke');
});

test('Nominatim is asked one question after the other, with a pause between them', async () => {
  const begun: number[] = [];
  const send = (() => {
    begun.push(performance.now());
    return Promise.resolve(Response.json([]));
  }) as typeof fetch;
  const geocoder = nominatim('https://osm.test', send, 60);
  await Promise.all([geocoder.find('a', 'KE'), geocoder.find('b', 'KE'), geocoder.find('c', 'KE')]);
  const pauses = begun.slice(1).map((at, index) => at - (begun[index] ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(55);
});

const town = (name: string, longitude: number, population = 1000, country = 'KE'): Town => ({
  name,
  country,
  population,
  loc: { coordinates: [longitude, 0] },
});
const TOWNS = [
  town('Nakuru', 1),
  town('Nairobi', 2, 2_000_000),
  town('Yala', 3),
  town('Nairobi', 4, 10, 'TZ'),
];

test.each([
  ['Nakuru Road 5, Nairobi', 2],
  ['Kwa Yala, NAKURU', 1],
  ['Yalaland 3, Nowhere', null],
])('the list of towns knows the town of %s and no more', async (address, longitude) => {
  const place = await gazetteer(() => Promise.resolve(TOWNS)).find(address, 'KE');
  expect(place).toEqual(longitude === null ? null : { precision: 'town', latitude: 0, longitude });
});

async function run(geocoder: Geocoder, known: unknown = null) {
  const database = recordingDatabase({
    claim_messages: [{ msg_id: 7, read_ct: 1, message: IDS }],
    address_to_geocode: { asked_for: ASKED, country: 'KE', known },
    record_geocode: null,
    archive_message: true,
    fail_message: { result: 'retry' },
    worker_heartbeat: null,
  });
  const dependencies = { database, secretKey: SECRET_KEY, geocoder, log: () => {}, now: () => 0 };
  await makeHandler(dependencies)(post({}, AS_CLOCK));
  return database.calls.find(({ name }) => name === 'record_geocode')?.args;
}

test('what was asked goes along with the answer', async () => {
  const { send } = recorded(said('ROOFTOP', ['street_address']));
  expect(await run(google('key', send))).toEqual({
    ...IDS,
    status: 'found',
    error: null,
    asked_for: ASKED,
    provider: 'google',
    precision: 'exact',
    latitude: -1.2841,
    longitude: 36.8233,
  });
});

test('what was answered lately is not asked again', async () => {
  const { send, asked } = recorded({});
  const known = { precision: 'town', latitude: 1, longitude: 2, provider: 'nominatim' };
  expect(await run(google('key', send), known)).toMatchObject({ status: 'found', ...known });
  expect(asked).toEqual([]);
});

test('a provider that refuses is told about, one that is away is asked again', async () => {
  const denied = recorded({ status: 'REQUEST_DENIED' });
  expect(await run(google('key', denied.send))).toMatchObject({
    status: 'unknown',
    error: 'geocoder_refused',
  });
  const away = recorded({}, 503);
  expect(await run(google('key', away.send))).toMatchObject({ status: 'queued' });
});
