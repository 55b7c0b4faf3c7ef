import { recordLoad } from '#lib/records/record.ts';
import { differencesOf, readShift } from '#lib/warehouse/shifts.ts';

export const load = recordLoad('depot_shift', readShift, {
  with: ['stock_count'],
  more: async (shift) => {
    const [opening, closing] = await Promise.all(
      [shift.opening, shift.closing].map((count) =>
        count?.status === 'posted' ? differencesOf(count.id) : [],
      ),
    );
    return { opening: opening ?? [], closing: closing ?? [] };
  },
});
