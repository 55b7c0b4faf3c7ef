import { myAccount, myOrder, myProducts } from '#lib/account/account.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url }) {
  const asked = new URLSearchParams(url.search);
  const draftId = asked.get('draft');
  const againId = asked.get('again');
  return reading(async () => {
    const [account, products, draft, again] = await Promise.all([
      myAccount(),
      myProducts(''),
      draftId ? myOrder(draftId) : null,
      againId ? myOrder(againId) : null,
    ]);
    return { account, products, draft, again };
  });
}
