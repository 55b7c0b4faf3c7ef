-- Family 05, catalogue.

grant select on public.products to authenticated;
grant insert (sku, name, description, category, unit, base_price, tax_rate, weight_kg, volume_l, container_product_id, deposit_amount, is_active),
  update (sku, name, description, category, unit, base_price, tax_rate, weight_kg, volume_l, container_product_id, deposit_amount, is_active)
on public.products to authenticated;
create policy select_readers on public.products for select to authenticated
using (tenant_id = (select private.tenant_id('products.view')));
create policy insert_editors on public.products for insert to authenticated
with check (tenant_id = (select private.tenant_id('products.edit')));
create policy update_editors on public.products for update to authenticated
using (tenant_id = (select private.tenant_id('products.edit')))
with check (tenant_id = (select private.tenant_id('products.edit')));

grant select on public.product_costs to authenticated;
grant insert (product_id, cost_price), update (cost_price) on public.product_costs to authenticated;
create policy select_readers on public.product_costs for select to authenticated
using (tenant_id = (select private.tenant_id('prices.edit')) or tenant_id = (select private.tenant_id('reports.view')));
create policy insert_editors on public.product_costs for insert to authenticated
with check (tenant_id = (select private.tenant_id('prices.edit')));
create policy update_editors on public.product_costs for update to authenticated
using (tenant_id = (select private.tenant_id('prices.edit')))
with check (tenant_id = (select private.tenant_id('prices.edit')));

grant select, delete on public.product_packs to authenticated;
grant insert (product_id, name, factor), update (name, factor) on public.product_packs to authenticated;
create policy select_readers on public.product_packs for select to authenticated
using (tenant_id = (select private.tenant_id('products.view')));
create policy insert_editors on public.product_packs for insert to authenticated
with check (tenant_id = (select private.tenant_id('products.edit')));
create policy update_editors on public.product_packs for update to authenticated
using (tenant_id = (select private.tenant_id('products.edit')))
with check (tenant_id = (select private.tenant_id('products.edit')));
create policy delete_editors on public.product_packs for delete to authenticated
using (tenant_id = (select private.tenant_id('products.edit')));

grant select on public.price_lists to authenticated;
grant insert (name, customer_type, territory_id, is_default, is_active, valid_from, valid_to),
  update (name, customer_type, territory_id, is_default, is_active, valid_from, valid_to)
on public.price_lists to authenticated;
create policy select_readers on public.price_lists for select to authenticated
using (tenant_id = (select private.tenant_id('prices.view')));
create policy insert_editors on public.price_lists for insert to authenticated
with check (tenant_id = (select private.tenant_id('prices.edit')));
create policy update_editors on public.price_lists for update to authenticated
using (tenant_id = (select private.tenant_id('prices.edit')))
with check (tenant_id = (select private.tenant_id('prices.edit')));

grant select, delete on public.price_list_items to authenticated;
grant insert (price_list_id, product_id, min_quantity, price), update (min_quantity, price) on public.price_list_items to authenticated;
create policy select_readers on public.price_list_items for select to authenticated
using (tenant_id = (select private.tenant_id('prices.view')));
create policy insert_editors on public.price_list_items for insert to authenticated
with check (tenant_id = (select private.tenant_id('prices.edit')));
create policy update_editors on public.price_list_items for update to authenticated
using (tenant_id = (select private.tenant_id('prices.edit')))
with check (tenant_id = (select private.tenant_id('prices.edit')));
create policy delete_editors on public.price_list_items for delete to authenticated
using (tenant_id = (select private.tenant_id('prices.edit')));
