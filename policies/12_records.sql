-- Family 12, records: what is told of a document, and what people say about it.

grant execute on function private.fail, private.require_permission, private.require_document, private.is_told, private.value_in_words, private.ledger_of,
  private.write_comment, private.write_attachment, private.is_attached to authenticated;

-- Comments and files are open to whoever sees their document and works in the company: a customer sees his orders.
grant select on public.comments to authenticated;
create policy select_readers on public.comments for select to authenticated
using (tenant_id = (select private.tenant_id('comments.view')) and private.sees_document(document_kind, tenant_id, document_id));

grant select on public.attachments to authenticated;
create policy select_readers on public.attachments for select to authenticated
using (tenant_id = (select private.tenant_id('comments.view')) and private.sees_document(document_kind, tenant_id, document_id));

-- Files: one folder per company. Until it is added to a document a file is its owner's alone.
create policy mzigo_insert_attachments on storage.objects for insert to authenticated
with check (bucket_id = 'attachments' and (storage.foldername(name))[1] = (select private.tenant_id('comments.write'))::text);
create policy mzigo_select_attachments on storage.objects for select to authenticated
using (
  bucket_id = 'attachments' and (storage.foldername(name))[1] = (select private.tenant_id('comments.view'))::text
  and (owner_id = (select auth.uid())::text or exists (select from public.attachments a where a.path = objects.name))
);
create policy mzigo_delete_attachments on storage.objects for delete to authenticated
using (
  bucket_id = 'attachments' and (storage.foldername(name))[1] = (select private.tenant_id('comments.write'))::text
  and owner_id = (select auth.uid())::text
  and not private.is_attached(name)
);
