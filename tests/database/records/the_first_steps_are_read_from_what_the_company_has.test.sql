begin;
select plan(6);

create function pg_temp.open_steps() returns text language sql as $$ select string_agg(s.step, ' ' order by s.step) from public.first_steps() s where not s.is_done $$;

insert into public.tenants (id, slug, name) values ('01a00000-0000-7000-8000-0000000000aa', 'newcomer', 'Newcomer');
insert into public.tenant_settings (tenant_id) values ('01a00000-0000-7000-8000-0000000000aa') on conflict do nothing;
update public.users set active_tenant_id = '01a00000-0000-7000-8000-0000000000aa' where email = 'super@mzigo.test';
select tests.sign_in('super@mzigo.test');
select is(pg_temp.open_steps(), 'company customers depot order people products', 'a new company has everything before it');
insert into public.warehouses (code, name, kind) values ('ONE', 'First depot', 'depot');
update public.tenant_settings set tax_numbers = 'PIN P1' where tenant_id = private.active_tenant_id();
select is(pg_temp.open_steps(), 'customers order people products', 'what it has is done, whoever made it');
select tests.sign_in('owner@acme.test');
select is(pg_temp.open_steps(), 'company order', 'each company sees its own');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.close_first_steps() $$, 'permission_denied', 'who does not manage the company does not close it');
select is((select count(*) from public.first_steps()), 0::bigint, 'nor is he shown it');
select tests.sign_in('owner@acme.test');
select public.close_first_steps();
select is((select count(*) from public.first_steps()), 0::bigint, 'once it was closed it stays so');
select tests.sign_out();

select * from finish();
rollback;
