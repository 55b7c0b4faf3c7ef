-- Family 05, catalogue.

select private.let_edit('public.products', 'products.view', 'products.edit', '{}',
  'sku', 'name', 'description', 'category', 'unit', 'allows_fractions', 'tracking', 'order_minimum', 'order_maximum', 'order_multiple', 'base_price', 'tax_rate', 'tax_ids', 'weight_kg', 'volume_l', 'container_product_id', 'content_product_id', 'content_quantity', 'deposit_amount', 'is_active', 'composition', 'costs_its_parts', 'family_id', 'variant');

select private.let_edit('public.product_families', 'products.view', 'products.edit', '{attributes}', 'name', 'is_active');

grant delete on public.product_components to authenticated;
select private.let_edit('public.product_components', 'products.view', 'products.edit', '{product_id,component_id}', 'quantity');
create policy delete_editors on public.product_components for delete to authenticated
using (tenant_id = (select private.tenant_id('products.edit')));

grant select on public.product_costs to authenticated;
select private.let_write('public.product_costs', '{product_id}', 'cost_price');
create policy select_readers on public.product_costs for select to authenticated
using (tenant_id = (select private.tenant_id('prices.edit')) or tenant_id = (select private.tenant_id('reports.view')));
create policy insert_editors on public.product_costs for insert to authenticated
with check (tenant_id = (select private.tenant_id('prices.edit')));
create policy update_editors on public.product_costs for update to authenticated
using (tenant_id = (select private.tenant_id('prices.edit')))
with check (tenant_id = (select private.tenant_id('prices.edit')));

grant delete on public.product_packs to authenticated;
select private.let_edit('public.product_packs', 'products.view', 'products.edit', '{product_id}', 'name', 'factor');
create policy delete_editors on public.product_packs for delete to authenticated
using (tenant_id = (select private.tenant_id('products.edit')));

grant execute on function private.barcode, private.check_digit to authenticated;
grant delete on public.product_barcodes to authenticated;
select private.let_edit('public.product_barcodes', 'products.view', 'products.edit', '{product_id,pack_id}', 'code');
create policy delete_editors on public.product_barcodes for delete to authenticated
using (tenant_id = (select private.tenant_id('products.edit')));

grant delete on public.product_words to authenticated;
select private.let_edit('public.product_words', 'products.view', 'products.edit', '{product_id}', 'word');
create policy delete_editors on public.product_words for delete to authenticated
using (tenant_id = (select private.tenant_id('products.edit')));

select private.let_edit('public.price_lists', 'prices.view', 'prices.edit', '{}',
  'name', 'customer_type', 'territory_id', 'is_default', 'is_active', 'valid_from', 'valid_to', 'prices_include_tax', 'based_on_id', 'based_on_percent');

select private.let_edit('public.taxes', 'products.view', 'prices.edit', '{name,percent}', 'is_active');

grant delete on public.price_list_items to authenticated;
select private.let_edit('public.price_list_items', 'prices.view', 'prices.edit', '{price_list_id,product_id}', 'min_quantity', 'price');
create policy delete_editors on public.price_list_items for delete to authenticated
using (tenant_id = (select private.tenant_id('prices.edit')));

select private.let_edit('public.promotions', 'prices.view', 'prices.edit', '{kind}',
  'name', 'percent', 'amount', 'buy_quantity', 'get_quantity', 'gift_product_id', 'covers_all', 'min_quantity', 'min_amount', 'valid_from', 'valid_to',
  'customer_id', 'customer_type', 'territory_id', 'budget_amount', 'budget_uses', 'customer_uses', 'is_active');
grant select, delete, insert (promotion_id, product_id, category) on public.promotion_products to authenticated;
create policy select_readers on public.promotion_products for select to authenticated
using (tenant_id = (select private.tenant_id('prices.view')));
create policy insert_editors on public.promotion_products for insert to authenticated
with check (tenant_id = (select private.tenant_id('prices.edit')));
create policy delete_editors on public.promotion_products for delete to authenticated
using (tenant_id = (select private.tenant_id('prices.edit')));

-- Pictures: one folder per company. Until it is added to a product a picture is its owner's alone.
grant execute on function private.is_pictured to authenticated;
grant select on public.product_images to authenticated;
create policy select_readers on public.product_images for select to authenticated
using (tenant_id = (select private.tenant_id('products.view')));
create policy mzigo_insert_product_images on storage.objects for insert to authenticated
with check (bucket_id = 'product-images' and (storage.foldername(name))[1] = (select private.tenant_id('products.edit'))::text);
create policy mzigo_select_product_images on storage.objects for select to authenticated
using (
  bucket_id = 'product-images' and (storage.foldername(name))[1] = (select private.tenant_id('products.view'))::text
  and (owner_id = (select auth.uid())::text or private.is_pictured(name))
);
create policy mzigo_delete_product_images on storage.objects for delete to authenticated
using (
  bucket_id = 'product-images' and (storage.foldername(name))[1] = (select private.tenant_id('products.edit'))::text
  and not private.is_pictured(name)
);
