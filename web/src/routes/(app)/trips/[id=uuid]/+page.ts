import { checksOf } from '#lib/delivery/checks.ts';
import { readTrip } from '#lib/delivery/delivery.ts';
import { expensesOfTrip } from '#lib/operations/expenses.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { recordLoad } from '#lib/records/record.ts';
import { namesOf } from '#lib/workflow/workflow.ts';

export const load = recordLoad('trip', readTrip, {
  with: ['order', 'vehicle', 'offload', 'variance', 'settlement', 'expense'],
  more: async ({ id, loads: load }) => {
    const [names, seller, checks, expenses] = await Promise.all([
      namesOf([load?.depot_confirmed_by ?? null, load?.driver_confirmed_by ?? null]),
      readIdentity(),
      checksOf('trip_id', id),
      expensesOfTrip(id),
    ]);
    return { names, seller, checks, expenses };
  },
});
