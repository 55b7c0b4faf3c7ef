-- Family 05, catalogue: in which quantities a product is ordered.

create function private.order_step(sold public.products) returns numeric
language sql immutable parallel safe
return coalesce(sold.order_multiple, case when sold.allows_fractions then 0.001 else 1 end);
comment on function private.order_step(public.products) is 'What every ordered quantity of a product is a multiple of, in base units.';

create function private.quantity_problem(sold public.products, wanted numeric) returns text
language sql immutable parallel safe
return case
  when wanted < sold.order_minimum then 'quantity_below_minimum'
  when wanted > sold.order_maximum then 'quantity_above_maximum'
  when mod(wanted, sold.order_multiple) <> 0 then 'quantity_not_a_multiple'
  when not sold.allows_fractions and wanted <> pg_catalog.trunc(wanted) then 'quantity_not_whole' end;
comment on function private.quantity_problem(public.products, numeric) is 'Why one order cannot have so many base units of a product; null when it can.';

create function private.allowed_quantities(sold public.products, wanted numeric) returns numeric[]
language plpgsql immutable set search_path = ''
as $$
declare
  step constant numeric := private.order_step(sold);
  smallest constant numeric := step * ceil(coalesce(sold.order_minimum, step) / step);
  largest constant numeric := step * floor(coalesce(sold.order_maximum, 99999999) / step);
begin
  return array(
    select distinct pg_catalog.trim_scale(q)
    from pg_catalog.unnest(array[least(largest, step * floor(wanted / step)), greatest(smallest, step * ceil(wanted / step))]) q
    where q between smallest and largest order by 1
  );
end
$$;
comment on function private.allowed_quantities(public.products, numeric) is
  'The nearest quantities, below and above a wanted one, that one order may have of a product, in base units.';
