begin;
select plan(14);

create function pg_temp.folder() returns text language sql security definer as $$ select tests.tenant('acme')::text $$;
create function pg_temp.store(path text) returns void language sql as $$
  insert into storage.objects (bucket_id, name, owner_id, metadata) values ('attachments', path, auth.uid()::text, '{"mimetype": "application/pdf", "size": 1200}')
$$;
create function pg_temp.stored() returns bigint language sql as $$ select count(*) from storage.objects o where o.bucket_id = 'attachments' $$;

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('sales@acme.test');
select pg_temp.store(pg_temp.folder() || '/one');
select throws_ok(format($$ select pg_temp.store('%s/one') $$, gen_random_uuid()), '42501', null, 'a file goes into the folder of the own company only');
select results_eq(
  $$ select a.name, a.content_type, a.size from public.add_attachment('order', tests.id('order'), pg_temp.folder() || '/one', ' Contract.pdf ') a $$,
  $$ values ('Contract.pdf', 'application/pdf', 1200::bigint) $$, 'what it is and how large storage says, not who adds it');
select tests.remember('file', (select a.id from public.attachments a where a.document_id = tests.id('order')));
select throws_ok($$ select public.add_attachment('order', tests.id('order'), pg_temp.folder() || '/one', 'Again.pdf') $$, 'attachment_taken', 'it is added once');
select throws_ok($$ select public.add_attachment('order', tests.id('order'), pg_temp.folder() || '/two', 'Missing.pdf') $$, 'file_not_found', 'what is not stored is not added');
select throws_ok($$ select public.add_attachment('order', tests.id('order'), pg_temp.folder() || '/one', '  ') $$, 'attachment_name_is_short', 'nor what has no name');
select throws_ok($$ select public.add_attachment('order', gen_random_uuid(), pg_temp.folder() || '/one', 'X.pdf') $$, 'record_not_found', 'nor to what is not there');
select pg_temp.store(pg_temp.folder() || '/mine');

select tests.sign_in('dispatcher@acme.test');
select is(pg_temp.stored(), 1::bigint, 'colleagues who see the document see its file, and nobody''s that is not added yet');
select throws_ok($$ select public.add_attachment('order', tests.id('order'), pg_temp.folder() || '/mine', 'Theirs.pdf') $$, 'file_not_found', 'a file of somebody else is not added');
select throws_ok($$ select public.remove_attachment(tests.id('file')) $$, 'attachment_not_yours', 'nor taken off');
select tests.sign_in('customer@acme.test');
select is((select count(*) from public.attachments) + pg_temp.stored(), 0::bigint, 'customers see none');
select tests.sign_in('owner@globex.test');
select is((select count(*) from public.attachments) + pg_temp.stored(), 0::bigint, 'nor do other companies');

select tests.sign_in('sales@acme.test');
delete from storage.objects where name = pg_temp.folder() || '/one';
select is(pg_temp.stored(), 2::bigint, 'while it belongs to a document it stays in storage');
select is((public.remove_attachment(tests.id('file'))).name, 'Contract.pdf', 'who added it takes it off');
delete from storage.objects where name = pg_temp.folder() || '/one';
select is(pg_temp.stored(), 1::bigint, 'and out of storage');
select tests.sign_out();

select * from finish();
rollback;
