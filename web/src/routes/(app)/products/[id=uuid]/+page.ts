import { barcodesOf, costOf, packsOf, pricesOf, readProduct } from '#lib/catalogue/catalogue.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { stockOf } from '#lib/warehouse/warehouse.ts';

export async function load({ params, depends, parent }) {
  depends(
    'entity:product',
    'entity:product_cost',
    'entity:product_pack',
    'entity:product_barcode',
    'entity:price_list_item',
    'entity:inventory',
  );
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => {
    const [product, packs, barcodes, prices, stock, cost] = await Promise.all([
      readProduct(params.id),
      packsOf(params.id),
      barcodesOf(params.id),
      session.can('prices.view') ? pricesOf(params.id) : [],
      session.can('inventory.view') ? stockOf(params.id) : [],
      session.can('prices.edit') || session.can('reports.view') ? costOf(params.id) : null,
    ]);
    const known = found(product, 'product');
    const container = known.container_product_id
      ? await readProduct(known.container_product_id)
      : null;
    return { product: known, packs, barcodes, prices, stock, cost, container };
  });
}
