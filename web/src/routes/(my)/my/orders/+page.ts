import { myOrders } from '#lib/account/account.ts';
import { load as reading } from '#lib/platform/read.ts';

/** As many as a phone is scrolled through; more is added by another page of them. */
const PAGE = 30;

export function load({ url, depends }) {
  depends('entity:order');
  const pages = Math.max(1, Number(new URLSearchParams(url.search).get('pages')) || 1);
  return reading(async () => {
    const orders = await myOrders(pages * PAGE + 1);
    return {
      orders: orders.slice(0, pages * PAGE),
      more: orders.length > pages * PAGE ? pages + 1 : 0,
    };
  });
}
