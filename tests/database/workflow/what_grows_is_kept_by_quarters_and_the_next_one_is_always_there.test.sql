begin;
select plan(12);

create function pg_temp.quarter(at timestamptz) returns text language sql as $$ select 'private.event_store_' || to_char(at at time zone 'UTC', 'YYYY"q"Q') $$;
create function pg_temp.try(statement text) returns text language plpgsql as $$
begin
  execute statement;
  return 'done';
exception when sqlstate 'PT409' then return sqlerrm;
end $$;
select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select is((select array_agg(distinct tableoid::regclass::text) from event_store where entity_id = tests.id('order')), array[pg_temp.quarter(now())], 'what happens is written to its quarter');
select is(pg_temp.try('update ' || pg_temp.quarter(now()) || ' set actor_id = null'), 'row_is_append_only', 'which is as append-only as the whole');
select is(pg_temp.try('delete from ' || pg_temp.quarter(now())), 'row_is_append_only', 'nothing is deleted');
select is(pg_temp.try('truncate ' || pg_temp.quarter(now())), 'row_is_append_only', 'nor truncated');
select isnt(to_regclass(pg_temp.quarter(now() + interval '3 months')), null, 'the next quarter is there');
select results_eq($$ select ledger, (select count(*) from pg_inherits i where i.inhparent = ('public.' || ledger)::regclass) from private.ledgers order by ledger $$,
  $$ values ('event_store', 3::bigint), ('inventory_transactions', 3::bigint), ('messages', 3::bigint) $$, 'events, stock and messages have two quarters and a part for the rest');
select is((select array_agg(distinct tableoid::regclass::text) from inventory_transactions), array[replace(pg_temp.quarter(now()), 'event_store', 'inventory_transactions')], 'what moves is written to its quarter');
select is(pg_temp.try('delete from ' || replace(pg_temp.quarter(now()), 'event_store', 'inventory_transactions')), 'row_is_append_only', 'and nothing of it is deleted');

-- Three months later.
do $$ begin execute 'drop table ' || pg_temp.quarter(now() + interval '3 months'); end $$;
select is((private.run_maintenance() ->> 'ledger_quarters')::int, 1, 'maintenance prepares it');
select is((private.run_maintenance() ->> 'ledger_quarters')::int, 0, 'once');
select is((select c.relrowsecurity and c.relforcerowsecurity from pg_class c where c.oid = pg_temp.quarter(now() + interval '3 months')::regclass), true, 'with its policies in force');

-- A clock that is years off.
insert into event_store (id, tenant_id, entity_type, entity_id) values (private.uuid_v7_floor(now() + interval '5 years'), tests.tenant('acme'), 'order', tests.id('order'));
select is((select tableoid::regclass::text from event_store where id = private.uuid_v7_floor(now() + interval '5 years')), 'private.event_store_rest', 'loses nothing');

select * from finish();
rollback;
