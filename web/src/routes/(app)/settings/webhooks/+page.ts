import { DELIVERIES, listDeliveries, listWebhooks } from '#lib/messaging/webhooks.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:webhook');
  const list = readList(url, DELIVERIES);
  return reading(async () => {
    const [webhooks, deliveries] = await Promise.all([listWebhooks(), listDeliveries(list)]);
    return { webhooks, deliveries };
  });
}
