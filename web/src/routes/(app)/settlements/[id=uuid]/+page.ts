import { readSettlement } from '#lib/billing/settlements.ts';
import { spentOnTrip } from '#lib/operations/expenses.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('settlement', readSettlement, {
  with: ['expense'],
  more: async (settlement) => ({ waiting: (await spentOnTrip(settlement.trip_id)).waiting }),
});
