-- Family 13, figures: added up with the rights of whoever asks.

grant execute on function private.has_something_to_sell, private.order_stages, private.order_figures, private.most_ordered, private.revenue_figures, private.stock_figures, private.ageing_figures to authenticated;

-- Photos: the customer sees what proves a delivery to him.
grant execute on function private.is_my_proof to authenticated;
create policy mzigo_select_my_proofs on storage.objects for select to authenticated
using (bucket_id = 'proofs' and private.is_my_proof(name));

-- And the pictures of what he can order.
grant execute on function private.is_my_picture to authenticated;
create policy mzigo_select_my_pictures on storage.objects for select to authenticated
using (bucket_id = 'product-images' and private.is_my_picture(name));

grant select on public.container_confirmations, public.container_holdings to authenticated;
create policy select_readers on public.container_confirmations for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.is_unscoped()) or exists (select from public.customers c where c.tenant_id = container_confirmations.tenant_id and c.id = customer_id))
);

-- Whose credit wants looking at, and what was decided about it.
grant execute on function private.credit_standing to authenticated;
grant select on public.credit_standings, public.credit_reviews to authenticated;
create policy select_readers on public.credit_reviews for select to authenticated
using (
  tenant_id = (select private.tenant_id('invoices.view'))
  and ((select private.is_unscoped()) or exists (select from public.customers c where c.tenant_id = credit_reviews.tenant_id and c.id = customer_id))
);
