-- Family 07, orders: the tax of an order by name.

create function private.order_taxes(taxed public.orders) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) order by s.name, s.percent), '[]')
    from (
      select t.name, t.percent, sum(t.amount) as amount
      from public.orders o
      cross join lateral (
        select i.taxes, i.tax_rate, i.tax_amount from public.order_items i where i.tenant_id = o.tenant_id and i.order_id = o.id
        union all
        select o.delivery_fee_taxes, o.delivery_fee_tax_rate, private.line_tax(1, o.delivery_fee, o.delivery_fee_tax_rate, o.delivery_fee_includes_tax)
      ) l
      cross join lateral private.split_tax(l.taxes, l.tax_rate, l.tax_amount) t
      where o.tenant_id = private.tenant_id('orders.view') and o.id = taxed.id
        and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
      group by t.name, t.percent
    ) s
  );
end
$$;
comment on function private.order_taxes(public.orders) is
  'The tax of an order that the caller sees, [{name, percent, amount}], summing to tax_total to the cent. A computed field: select=*,order_taxes.';
select private.expose('order_taxes');
