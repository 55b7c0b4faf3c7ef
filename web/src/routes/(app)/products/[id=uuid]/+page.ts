import { bareProduct, readProduct } from '#lib/catalogue/catalogue.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { noun } from '#lib/platform/label.ts';
import { KEPT_WITH, keptWith } from '#lib/records/record.ts';

export function load({ params, depends, parent }) {
  depends(
    'entity:product',
    'entity:product_cost',
    'entity:product_pack',
    'entity:product_barcode',
    'entity:product_word',
    'entity:product_image',
    'entity:price_list_item',
    'entity:inventory',
    ...KEPT_WITH,
  );
  return reading(async () => {
    await parent();
    const product = found(await readProduct(params.id), noun('product'));
    const kept = await keptWith('product', product.id);
    const [container, content] = await Promise.all(
      [product.container_product_id, product.content_product_id].map((id) =>
        id ? bareProduct(id) : null,
      ),
    );
    return { product, container: container ?? null, content: content ?? null, ...kept };
  });
}
