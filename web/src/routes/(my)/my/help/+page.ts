import { type About, myAccount, myRequests } from '#lib/account/account.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:task');
  const asked = new URLSearchParams(url.search);
  const order = asked.get('order');
  const about: About | null = order ? { kind: 'order', id: order } : null;
  return reading(async () => {
    const [account, requests] = await Promise.all([myAccount(), myRequests()]);
    return { account, requests, about, number: asked.get('number') ?? '' };
  });
}
