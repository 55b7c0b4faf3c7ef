import { readPromotion } from '#lib/catalogue/promotions.ts';
import { territories } from '#lib/parties/parties.ts';
import { noun } from '#lib/platform/label.ts';
import { found, load as reading } from '#lib/platform/read.ts';

export function load({ params, depends }) {
  depends('entity:promotion', 'entity:promotion_product', 'entity:order');
  return reading(async () => {
    const [promotion, areas] = await Promise.all([readPromotion(params.id), territories()]);
    return { promotion: found(promotion, noun('promotion')), areas };
  });
}
