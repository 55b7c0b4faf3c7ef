import { fleetVehicles } from '#lib/delivery/fleet.ts';
import { expenseCategories } from '#lib/operations/categories.ts';
import { type ExpenseEntry, tripChoice } from '#lib/operations/expenses.ts';
import { today } from '#lib/platform/format.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

/** `?trip=` on which it was spent. */
export function load({ url }) {
  return reading(async () => {
    const id = url.searchParams.get('trip');
    const [categories, places, vehicles, trip] = await Promise.all([
      expenseCategories(),
      warehouses(),
      fleetVehicles(),
      id ? tripChoice(id) : null,
    ]);
    const first: ExpenseEntry = {
      category: '',
      spent: today(),
      total: null,
      tax: null,
      payer: 'company',
      payee: null,
      trip,
      vehicle: '',
      place: '',
      vendor: null,
      description: '',
    };
    return { categories, places, vehicles, first };
  });
}
