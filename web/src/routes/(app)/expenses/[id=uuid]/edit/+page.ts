import { fleetVehicles } from '#lib/delivery/fleet.ts';
import { expenseCategories } from '#lib/operations/categories.ts';
import { readExpense } from '#lib/operations/expenses.ts';
import { noun } from '#lib/platform/label.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ params, depends }) {
  depends('entity:expense');
  return reading(async () => {
    const [expense, categories, places, vehicles] = await Promise.all([
      readExpense(params.id),
      expenseCategories(),
      warehouses(),
      fleetVehicles(),
    ]);
    return { expense: found(expense, noun('expense')), categories, places, vehicles };
  });
}
