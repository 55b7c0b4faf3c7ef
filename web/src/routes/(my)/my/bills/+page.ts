import { myAccount, myBills } from '#lib/account/account.ts';
import { load as reading } from '#lib/platform/read.ts';

const MOST = 100;

export function load({ depends }) {
  depends('entity:invoice', 'entity:payment');
  return reading(async () => {
    const [account, bills] = await Promise.all([myAccount(), myBills(MOST)]);
    return { account, bills };
  });
}
