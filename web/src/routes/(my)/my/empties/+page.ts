import { myContainers } from '#lib/account/account.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:container_confirmation');
  return reading(async () => ({ containers: await myContainers() }));
}
