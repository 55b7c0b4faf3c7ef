import type { PlannedOrder } from './planning.ts';

type Measure = 'weight_kg' | 'volume_l' | 'units';

/** What orders weigh, how much room they take, or how many units they are. */
export function loadOf(stops: PlannedOrder[], measure: Measure): number {
  return stops
    .flatMap((stop) => stop.orders?.order_items ?? [])
    .reduce(
      (total, item) =>
        total +
        Number(item.quantity) * (measure === 'units' ? 1 : Number(item.products?.[measure] ?? 0)),
      0,
    );
}

export const weightOf = (stop: PlannedOrder) => loadOf([stop], 'weight_kg');
