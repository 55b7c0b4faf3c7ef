-- Family 05, catalogue: what customers call a product when they write for it.

create table public.product_words (
  like private.record including defaults including indexes,
  product_id uuid not null,
  word text not null,
  unique (tenant_id, word),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint word_has_its_form check (word = lower(btrim(regexp_replace(word, '\s+', ' ', 'g'))) and length(word) between 2 and 60)
);
create index product_words_product on public.product_words (tenant_id, product_id);
comment on table public.product_words is 'Other names of a product, as customers write them: coke, soda kubwa, mtungi mdogo. A name belongs to one product of a company.';
comment on column public.product_words.word is 'In small letters, its words one blank apart.';
select private.register_error('word_has_its_form', 422, 'The name is too short or too long.', 'Enter 2 to 60 letters or digits.');
select private.manage_table('public.product_words', 'product_word');
select private.set_audience('product_word', 'products.view');
select private.register_error('product_word_taken', 409, 'Customers call another product so already.', 'Take the name off that product first, or choose a longer one.');
select private.refuse_taken('public.product_words', 'product_words_tenant_id_word_key', 'product_word_taken');

create function private.tg_product_words__normalise() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new := pg_catalog.jsonb_populate_record(new, pg_catalog.jsonb_build_object('word',
    pg_catalog.lower(pg_catalog.btrim(pg_catalog.regexp_replace(new.word, '\s+', ' ', 'g')))));
  return new;
end
$$;
comment on function private.tg_product_words__normalise() is 'Writes a name in its one form.';
create trigger _120_normalise before insert or update of word on public.product_words
for each row execute function private.tg_product_words__normalise();
