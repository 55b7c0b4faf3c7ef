-- Family 05, catalogue: price lists that are a percentage over another list.

alter table public.price_lists
  add column based_on_id uuid,
  add column based_on_percent numeric(6,2),
  add foreign key (tenant_id, based_on_id) references public.price_lists (tenant_id, id),
  add constraint based_on_a_percentage check ((based_on_id is null) = (based_on_percent is null) and based_on_percent between -100 and 1000);
create index price_lists_based_on on public.price_lists (tenant_id, based_on_id) where based_on_id is not null;
comment on column public.price_lists.based_on_id is 'The list whose prices count, changed by based_on_percent, where this one has none of its own; that list has to count on the day itself.';
comment on column public.price_lists.based_on_percent is 'Percent on top of the other list; below zero: off it.';
select private.register_error('based_on_a_percentage', 422, 'A list that builds on another needs a percentage from -100 to 1000, and one that does not has none.', 'Give both the list and the percentage, or neither.');
select private.register_error('price_list_in_a_circle', 409, 'The price list would build on itself.', 'Choose a list that does not build on this one.');

select private.refuse_circles('public.price_lists', 'based_on_id', 'price_list_in_a_circle');
