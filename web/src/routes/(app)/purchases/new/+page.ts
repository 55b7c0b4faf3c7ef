import { proposedFor } from '#lib/operations/purchases.ts';
import { searchVendors, readVendor } from '#lib/operations/vendors.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

/** `?vendor=` of whom is ordered; `?short` begins with what a place falls short of. */
export function load({ url }) {
  return reading(async () => {
    const id = url.searchParams.get('vendor');
    const [places, known, choices] = await Promise.all([
      warehouses(),
      id ? readVendor(id) : null,
      searchVendors(''),
    ]);
    const asked = url.searchParams.get('short');
    const place = places.find((it) => it.id === asked)?.id ?? places[0]?.id ?? '';
    // Where there is one vendor, it is him.
    const vendor = known ?? (choices.length === 1 ? (choices[0] ?? null) : null);
    const lines = asked !== null && place ? await proposedFor(place, vendor?.id ?? null) : [];
    return {
      places,
      first: {
        vendor: vendor && { id: vendor.id, number: vendor.number, name: vendor.name },
        place,
        expected: '',
        notes: '',
        lines,
      },
    };
  });
}
