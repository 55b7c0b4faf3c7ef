import { myAccount, myContainers, myOrders } from '#lib/account/account.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:order', 'entity:payment');
  return reading(async () => {
    const [account, orders, containers] = await Promise.all([
      myAccount(),
      myOrders(5),
      myContainers(),
    ]);
    return { account, orders, containers };
  });
}
