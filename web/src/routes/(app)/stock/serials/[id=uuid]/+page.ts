import { found, load as reading } from '#lib/platform/read.ts';
import { historyOf, readSerial } from '#lib/warehouse/serials.ts';
import { m } from '#lib/words.ts';

export function load({ params, depends }) {
  depends('entity:inventory');
  return reading(async () => {
    const [serial, history] = await Promise.all([readSerial(params.id), historyOf(params.id)]);
    return { serial: found(serial, m.label_serial()), history };
  });
}
