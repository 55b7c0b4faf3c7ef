-- Family 04, parties: papers of customers, and until when they are valid.

create table public.customer_documents (
  like private.record including defaults including indexes,
  customer_id uuid not null,
  kind text not null,
  reference text,
  valid_until date,
  blocks_orders boolean not null default false,
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  constraint document_kind_is_short check (btrim(kind) <> '' and length(kind) <= 60),
  constraint document_number_is_short check (btrim(reference) <> '' and length(reference) <= 60),
  constraint document_day_is_near check (valid_until between '2000-01-01' and '2200-01-01'),
  constraint what_blocks_ends check (not blocks_orders or valid_until is not null)
);
create index customer_documents_customer on public.customer_documents (tenant_id, customer_id);
create index customer_documents_ending on public.customer_documents (tenant_id, valid_until, id);
comment on table public.customer_documents is 'Papers that a customer has shown, like a licence, and until when they are valid. The files themselves are kept with the customer.';
comment on column public.customer_documents.kind is 'What it is, in the words of whoever entered it.';
comment on column public.customer_documents.valid_until is 'The last day on which it is valid; null: it does not end.';
comment on column public.customer_documents.blocks_orders is 'Whether nothing is sold or brought to the customer once it is not valid any more.';
select private.manage_table('public.customer_documents', 'customer_document');
select private.set_audience('customer_document', 'customers.view');
select private.register_error('document_kind_is_short', 422, 'What the document is is missing or too long.', 'Enter a name of at most 60 characters, like Liquor licence.');
select private.register_error('document_number_is_short', 422, 'The number of the document is too long.', 'Shorten it to 60 characters.');
select private.register_error('document_day_is_near', 422, 'This is not a day on which a document can end.', 'Enter a day between 2000 and 2200.');
select private.register_error('what_blocks_ends', 422, 'Only a document with a last day can stop orders.', 'Enter until when it is valid, or let it stop nothing.');

create function private.ended_document(tenant uuid, customer uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select d.kind from public.customer_documents d
    where d.tenant_id = tenant and d.customer_id = customer and d.blocks_orders and d.valid_until < private.tenant_today(tenant)
    order by d.valid_until, d.id limit 1
  );
end
$$;
comment on function private.ended_document(uuid, uuid) is 'The document of a customer that stops his orders because it is not valid any more; null when none does.';
