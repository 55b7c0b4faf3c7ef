import { bareProduct, readProduct } from '#lib/catalogue/catalogue.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { noun } from '#lib/platform/label.ts';

export function load({ params, depends }) {
  depends(
    'entity:product',
    'entity:product_cost',
    'entity:product_pack',
    'entity:product_barcode',
    'entity:product_word',
    'entity:price_list_item',
    'entity:inventory',
  );
  return reading(async () => {
    const product = found(await readProduct(params.id), noun('product'));
    const [container, content] = await Promise.all(
      [product.container_product_id, product.content_product_id].map((id) =>
        id ? bareProduct(id) : null,
      ),
    );
    return { product, container: container ?? null, content: content ?? null };
  });
}
