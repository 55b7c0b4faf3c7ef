begin;
select plan(15);

create function pg_temp.tagged(about text, document uuid) returns text language sql as $$
  select string_agg(t ->> 'name', ', ' order by t ->> 'name') from jsonb_array_elements(public.kept_with(about, document) -> 'tags') t
$$;

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('other', tests.pending('Karen Country Kiosk', 'COL-300', 1));

select tests.sign_in('sales@acme.test');
select throws_ok($$ insert into public.tags (name) values ('Urgent') $$, '42501', null, 'which tags there are is a setting of the company');
select tests.sign_in('owner@acme.test');
insert into public.tags (name, colour) values ('Urgent', 'red'), ('Festival', 'teal');
select throws_ok($$ insert into public.tags (name) values ('Urgent') $$, 'tag_name_taken', 'each name is there once');
select tests.remember('urgent', (select t.id from public.tags t where t.name = 'Urgent'));
select tests.remember('festival', (select t.id from public.tags t where t.name = 'Festival'));

select tests.sign_in('sales@acme.test');
select public.add_tag('order', tests.id('order'), tests.id('urgent'));
select public.add_tag('order', tests.id('order'), tests.id('urgent'));
select public.add_tag('order', tests.id('order'), tests.id('festival'));
select is(pg_temp.tagged('order', tests.id('order')), 'Festival, Urgent', 'a document has several, each once');
select throws_ok($$ select public.add_tag('order', gen_random_uuid(), tests.id('urgent')) $$, 'record_not_found', 'what is not there has none');
select throws_ok($$ select public.add_tag('order', tests.id('order'), gen_random_uuid()) $$, 'record_not_found', 'nor is a tag given that is not there');
select throws_ok($$ insert into public.record_tags (tenant_id, document_kind, document_id, tag_id) values (tests.tenant('acme'), 'order', tests.id('other'), tests.id('urgent')) $$, '42501', null, 'it is given by its command alone');
select results_eq(
  $$ select o.id from public.orders o cross join lateral public.record_tags(o) r where r.tag_id = tests.id('urgent') $$,
  $$ select tests.id('order') $$, 'a list is led to those that have it');
select is(
  (select s.rows from public.summarise_list('orders', jsonb_build_array(jsonb_build_object('has', 'record_tags', 'own', 'id', 'their', 'document_id', 'where', jsonb_build_array(jsonb_build_object('column', 'tag_id', 'in', array[tests.id('urgent'), tests.id('festival')]))))) s),
  1::bigint, 'and counts each once');
select is((select count(*) from public.timeline('order', tests.id('order')) t where t.details ->> 'parts' = 'record_tags'), 2::bigint, 'its timeline tells of it');

select tests.sign_in('driver@acme.test');
select throws_ok($$ select public.add_tag('order', tests.id('order'), tests.id('urgent')) $$, 'record_not_found', 'who does not see a document does not tag it');
select tests.sign_in('viewer@acme.test');
select throws_ok($$ select public.remove_tag('order', tests.id('order'), tests.id('urgent')) $$, 'permission_denied', 'who only reads takes none off');
select tests.sign_in('owner@globex.test');
select is((select count(*) from public.record_tags) + (select count(*) from public.tags where id in (tests.id('urgent'), tests.id('festival'))), 0::bigint, 'other companies see neither');

select tests.sign_in('owner@acme.test');
update public.tags set is_active = false where id = tests.id('urgent');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.add_tag('order', tests.id('other'), tests.id('urgent')) $$, 'tag_retired', 'one that was retired is given to nothing any more');
select ok(public.remove_tag('order', tests.id('order'), tests.id('urgent')), 'and can be taken off where it is');
select is(pg_temp.tagged('order', tests.id('order')), 'Festival', 'the others stay');
select tests.sign_out();

select * from finish();
rollback;
