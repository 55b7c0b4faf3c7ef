import { myAccount, myPayments } from '#lib/account/account.ts';
import { load as reading } from '#lib/platform/read.ts';

const MOST = 50;

export function load({ depends }) {
  depends('entity:payment');
  return reading(async () => {
    const [account, payments] = await Promise.all([myAccount(), myPayments(MOST)]);
    return { account, payments };
  });
}
