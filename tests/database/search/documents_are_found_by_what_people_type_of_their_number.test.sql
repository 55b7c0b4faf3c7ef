begin;
select plan(23);

-- Two orders that end alike, one of them with the number of another system, and one of another customer.
select setval(private.document_sequence(tests.tenant('acme'), 'order')::regclass, 122);
select tests.remember('old', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
select setval(private.document_sequence(tests.tenant('acme'), 'order')::regclass, 45122);
select tests.sign_in('sales@acme.test');
select tests.remember('new', (create_order(tests.customer('Karen Country Kiosk'), tests.depot(), tests.lines('COL-300', 1), external_reference => 'PO-7')).id);
select is((select array_agg(o.number order by o.number) from orders o), '{ORD-000123,ORD-045123}', 'two orders');

create function pg_temp.found(typed text, kind text default 'order') returns text[] language sql as $$
  select coalesce(array_agg(n order by n), '{}') from find_numbers(kind, typed) n
$$;
select is(pg_temp.found('123'), '{ORD-000123,ORD-045123}', 'the last digits find both');
select is(pg_temp.found('5123'), '{ORD-045123}', 'more of them find one');
select is(pg_temp.found('45123'), '{ORD-045123}', 'a number is found without its zeros');
select is(pg_temp.found('ORD-000123'), '{ORD-000123}', 'and in full');
select is(pg_temp.found(' ord-45123 '), '{ORD-045123}', 'however it is written');
select is(pg_temp.found('#45123'), '{ORD-045123}', 'like on paper');
select is(pg_temp.found('po-7'), '{ORD-045123}', 'the number in another system finds it too');
select is(pg_temp.found('INV-000123'), '{}', 'the number of an invoice is none of an order');
select is(pg_temp.found('Zanzibar'), '{}', 'a word is no number');
select is(pg_temp.found('999999999999'), '{}', 'nor is one that was never given');
select is(pg_temp.found(''), '{}', 'nothing finds nothing');
select throws_ok($$ select find_numbers('ship', '1') $$, 'PT422', 'input_invalid', 'there are kinds of documents');

-- Whoever sees less finds less.
select tests.sign_in('admin@globex.test');
select is(pg_temp.found('123'), '{}', 'another company finds its own');
select tests.sign_in('customer@acme.test');
select is(pg_temp.found('123'), (select coalesce(array_agg(o.number order by o.number), '{}') from orders o), 'a customer his own');

-- The newest of many, and the one with just these digits.
select tests.sign_out();
select is((
  select array[min(c), max(c), count(*)::text] from unnest((
    select private.number_candidates('order', '3') from tests.sign_in('sales@acme.test')
  )) c), '{ORD-000003,ORD-045123,100}', 'a hundred at most');

-- The other documents.
select tests.sign_out();
select setval(private.document_sequence(tests.tenant('acme'), k)::regclass, 41) from unnest(array['trip', 'payment', 'offload']) k;
select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('payment', tests.money('Kilimani Mini Mart', 5, 'QK7'));
select tests.sign_in('owner@acme.test');
select is(pg_temp.found('1', 'invoice') || pg_temp.found('qk7', 'payment') || pg_temp.found('trp-42', 'trip'),
  (select array_agg(i.number) from invoices i) || (select array_agg(p.number) from payments p) || (select array_agg(t.number) from trips t), 'invoices, payments and trips are found alike');
select tests.sign_in('driver@acme.test');
select tests.remember('offload', (submit_offload((select t.id from trips t))).id);
select is(pg_temp.found('42', 'offload'), '{OFF-000042}', 'and what came back');
select tests.remember('variance', (report_variance((select t.id from trips t), tests.product('COL-300'), 2, 1, 'One is missing', (select o.id from orders o where o.id = (select s.order_id from trip_stops s)))).id);
select tests.sign_out();
select tests.sign_in('owner@acme.test');
select is(pg_temp.found('kilimani', 'trip') || pg_temp.found('kilimani', 'offload') || pg_temp.found('kilimani', 'variance'),
  array['TRP-000042', 'OFF-000042', (select v.number from variances v where v.id = tests.id('variance'))], 'all of them by the customer whom they were for');
select is(pg_temp.found('karen', 'trip') || pg_temp.found('karen', 'offload') || pg_temp.found('karen', 'variance'), '{}', 'and by no other');

-- Behind row level security these comparisons may choose rows by an index.
select tests.sign_out();
set local session_replication_role = replica;
do $$
declare
  columns constant text := (select string_agg(quote_ident(a.attname), ', ') from pg_attribute a
    where a.attrelid = 'orders'::regclass and a.attnum > 0 and a.attname not in ('id', 'number', 'external_reference') and a.attgenerated = '' and not a.attisdropped);
begin
  execute format('insert into orders (id, number, %1$s) select gen_random_uuid(), ''X-'' || g, %1$s from orders o, generate_series(1, 3000) g where o.id = tests.id(''old'')', columns);
end $$;
set local session_replication_role = origin;
analyze orders;
create function pg_temp.read_along(question text) returns text language plpgsql as $$
declare
  line text;
begin
  for line in execute 'explain (costs off) ' || question loop
    if line ~ 'Index Cond.*number' then
      return 'the number';
    end if;
  end loop;
  return 'everything';
end $$;
select tests.sign_in('owner@acme.test');
select is(pg_temp.read_along($$ select o.* from orders o where o.number in ('X-1', 'X-2') $$), 'the number', 'a list by numbers reads along their index');
select is(pg_temp.read_along($$ select o.* from orders o where o.number ilike '%1%' $$), 'everything', 'by a pattern it could not');
select tests.sign_out();
select is_empty($$ select t from unnest(array['orders', 'invoices', 'payments', 'trips', 'offload_documents']) t
  where not exists (select from pg_index i where i.indrelid = t::regclass and i.indpred is null and pg_get_indexdef(i.indexrelid) like '%(tenant_id, number)') $$,
  'every kind has that index');

select * from finish();
rollback;
