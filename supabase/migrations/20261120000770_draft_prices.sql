-- Family 07, orders: drafts follow the price lists and the promotions.

create function private.reprice_drafts(events public.event_store[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  stale record;
  draft public.orders;
begin
  for stale in
    select distinct o.tenant_id, o.id
    from pg_catalog.unnest(events) e
    join public.orders o on o.tenant_id = e.tenant_id and o.status = 'draft' and o.is_done is false
    where (e.entity_type in ('promotion', 'promotion_product') or not private.keeps_draft_prices(e.tenant_id))
      -- A list or a promotion may stand behind any line; a price or a product behind its own.
      and (e.entity_type in ('price_list', 'promotion', 'promotion_product') or exists (
        select from public.order_items i
        where i.tenant_id = o.tenant_id and i.order_id = o.id
          and i.product_id = case e.entity_type when 'product' then e.entity_id
            else coalesce(e.new_values ->> 'product_id', e.old_values ->> 'product_id', (select l.product_id::text from public.price_list_items l where l.tenant_id = e.tenant_id and l.id = e.entity_id))::uuid end))
    order by o.tenant_id, o.id
  loop
    select * into draft from public.orders o where o.tenant_id = stale.tenant_id and o.id = stale.id for no key update;
    if draft.status = 'draft' then
      perform private.refresh_prices(draft, private.keeps_draft_prices(draft.tenant_id), false);
    end if;
  end loop;
end
$$;
comment on function private.reprice_drafts(public.event_store[]) is
  'Effect: gives drafts today''s prices when a list, a price on one, or a product changed, unless the company''s rule prices.drafts is keep; and what promotions give when one of those changed.';
select private.listen('order_events', 'reprice_drafts', 'price_list.created', 'price_list.updated', 'price_list_item.created', 'price_list_item.updated', 'price_list_item.deleted', 'product.updated',
  'promotion.created', 'promotion.updated', 'promotion_product.created', 'promotion_product.deleted');
