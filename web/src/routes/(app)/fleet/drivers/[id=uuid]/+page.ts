import { readDriver, tripsWith } from '#lib/delivery/fleet.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { noun } from '#lib/platform/label.ts';
import { KEPT_WITH, keptWith } from '#lib/records/record.ts';

export function load({ params, depends, parent }) {
  depends('entity:driver', 'entity:trip', ...KEPT_WITH);
  return reading(async () => {
    await parent();
    const driver = found(await readDriver(params.id), noun('driver'));
    const [trips, kept] = await Promise.all([
      tripsWith('driver_id', driver.id),
      keptWith('driver', driver.id),
    ]);
    return { driver, trips, ...kept };
  });
}
