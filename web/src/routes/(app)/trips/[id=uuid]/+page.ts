import { readTrip } from '#lib/delivery/delivery.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { recordLoad } from '#lib/records/record.ts';
import { namesOf } from '#lib/workflow/workflow.ts';

export const load = recordLoad('trip', readTrip, {
  with: ['order', 'offload', 'variance', 'settlement'],
  more: async ({ loads: load }) => {
    const [names, seller] = await Promise.all([
      namesOf([load?.depot_confirmed_by ?? null, load?.driver_confirmed_by ?? null]),
      readIdentity(),
    ]);
    return { names, seller };
  },
});
