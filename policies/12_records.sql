-- Family 12, records: what is told of a document, and what people say about it.

grant execute on function private.fail, private.require_permission, private.require_document, private.is_told, private.value_in_words, private.ledger_of,
  private.write_comment, private.write_attachment, private.is_attached, private.write_tag, private.take_tag,
  private.write_task, private.move_task, private.rewrite_task, private.write_activity, private.write_own_fields, private.own_values_of, private.is_code_sendable to authenticated;

-- Comments and files are open to whoever sees their document and works in the company: a customer sees his orders.
grant select on public.comments to authenticated;
create policy select_readers on public.comments for select to authenticated
using (tenant_id = (select private.tenant_id('comments.view')) and private.sees_document(document_kind, tenant_id, document_id));

grant select on public.activities to authenticated;
create policy select_readers on public.activities for select to authenticated
using (tenant_id = (select private.tenant_id('comments.view')) and private.sees_document(document_kind, tenant_id, document_id));

grant select on public.attachments to authenticated;
create policy select_readers on public.attachments for select to authenticated
using (tenant_id = (select private.tenant_id('comments.view')) and private.sees_document(document_kind, tenant_id, document_id));

-- So are tags and a company's own fields.
select private.let_edit('public.tags', 'comments.view', 'settings.manage', '{}', 'name', 'colour', 'is_active');

grant select on public.record_tags to authenticated;
create policy select_readers on public.record_tags for select to authenticated
using (tenant_id = (select private.tenant_id('comments.view')) and private.sees_document(document_kind, tenant_id, document_id));

grant select on public.own_field_values to authenticated;
create policy select_readers on public.own_field_values for select to authenticated
using (tenant_id = (select private.tenant_id('comments.view')) and private.sees_document(document_kind, tenant_id, document_id));

-- Tasks, too; one that is about no document is everybody's, and whoever has to do one sees it.
grant select on public.tasks to authenticated;
create policy select_readers on public.tasks for select to authenticated
using (
  tenant_id = (select private.tenant_id('comments.view'))
  and (document_id is null or assignee_id = (select auth.uid()) or private.sees_document(document_kind, tenant_id, document_id))
);

-- Lists are led through these to their filters.
do $$
declare
  document record;
begin
  for document in select m.table_name from private.subjects m loop
    execute pg_catalog.format('grant execute on function public.record_tags(public.%1$I), public.own_field_values(public.%1$I) to authenticated', document.table_name);
  end loop;
end
$$;

grant select on public.inbox to authenticated;
grant execute on function public.record_tags(public.inbox) to authenticated;

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
