begin;
select plan(24);

create function pg_temp.similar(wanted jsonb, for_order uuid default null) returns text language sql as $$
  select string_agg(s ->> 'number', ',' order by s ->> 'number')
  from jsonb_array_elements(quote_order(tests.customer('Westlands Wholesalers'), tests.depot(), wanted, for_order) -> 'similar') s
$$;
create function pg_temp.number(wanted text) returns text language sql security definer as $$ select number from orders where id = tests.id(wanted) $$;
create function pg_temp.rule(wanted jsonb) returns void language sql security definer as $$
  update tenant_settings set business_rules = business_rules || jsonb_build_object('orders.duplicate_hours', wanted) where tenant_id = tests.tenant('acme')
$$;
create function pg_temp.noted(wanted text) returns text language sql security definer as $$
  select coalesce(string_agg(o.number || case when s.acknowledged_by is null then ' open' else ' by ' || u.email end, ',' order by o.number), 'none')
  from similar_orders s join orders o on o.id = s.similar_id left join auth.users u on u.id = s.acknowledged_by where s.order_id = tests.id(wanted)
$$;

select tests.remember('first', tests.draft('Westlands Wholesalers', 'COL-300', 10));
select tests.sign_in('sales@acme.test');
select is(pg_temp.similar(tests.lines('COL-300', 10)), pg_temp.number('first'), 'who enters the same once more is told of the first order');
select is(pg_temp.similar(tests.lines('COL-300', 5)), pg_temp.number('first'), 'half as much is alike');
select is(pg_temp.similar(tests.lines('COL-300', 4)), null, 'less than half is not');
select is(pg_temp.similar(tests.lines('COL-300', 10) || tests.lines('GIN-300', 3)), pg_temp.number('first'), 'one product of two is alike');
select is(pg_temp.similar(tests.lines('COL-300', 10) || tests.lines('GIN-300', 3) || tests.lines('ORG-300', 3)), null, 'one of three is not');
select is(pg_temp.similar(tests.lines('COL-300', 10), tests.id('first')), null, 'an order is not like itself');
select is(
  (quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 10)) -> 'similar')::text, '[]', 'another customer may want the same');

select tests.remember('twin', (create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 10))).id);
select is(pg_temp.noted('twin'), pg_temp.number('first') || ' open', 'entered all the same, it is written down');
select lives_ok($$ select submit_order(tests.id('twin')) $$, 'and it is submitted: a warning is no refusal');
select ok((select 'acknowledge_similar' = any (allowed_commands(o)) from orders o where o.id = tests.id('twin')), 'somebody may say that both are meant');
select lives_ok($$ select acknowledge_similar_order(tests.id('twin')) $$, 'which he does once');
select is(pg_temp.noted('twin'), pg_temp.number('first') || ' by sales@acme.test', 'and his name is kept');
select throws_ok($$ select acknowledge_similar_order(tests.id('twin')) $$, 'PT409', 'order_not_similar', 'not twice');
select is(pg_temp.similar(tests.lines('COL-300', 10), tests.id('twin')), null, 'what was acknowledged is not warned of again');

select tests.remember('meant', (create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 9), submit => true, acknowledges_similar => true)).id);
select is(pg_temp.noted('meant'), pg_temp.number('first') || ' by sales@acme.test,' || pg_temp.number('twin') || ' by sales@acme.test', 'who knew says so as he enters it');
select tests.sign_out();

-- What nobody expects any more is no twin, nor is what is older than the company says.
select tests.sign_in('sales@acme.test');
select cancel_order(tests.id('first'), 'entered twice');
select is(pg_temp.similar(tests.lines('COL-300', 19)), pg_temp.number('twin'), 'a cancelled order is no twin');
select tests.sign_out();
select pg_temp.rule('0');
select tests.sign_in('sales@acme.test');
select is(pg_temp.similar(tests.lines('COL-300', 10)), null, 'a company may want no warning');
select tests.sign_out();
select pg_temp.rule('48');
select tests.sign_in('sales@acme.test');
select isnt(pg_temp.similar(tests.lines('COL-300', 10)), null, 'or one for two days');
select tests.sign_out();
select throws_ok($$ select pg_temp.rule('721') $$, 'PT422', 'input_invalid', 'at most for a month');
select throws_ok($$ select pg_temp.rule('"long"') $$, 'PT422', 'input_invalid', 'in hours');

-- What another system numbers it tells apart; the newest three are named.
select tests.sign_in('sales@acme.test');
select tests.remember('numbered', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 7), external_reference => 'PO-1')).id);
select tests.remember('numbered_too', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 7), external_reference => 'PO-2')).id);
select is(pg_temp.noted('numbered_too'), 'none', 'two that have numbers of another system are two');
select tests.remember('by_hand', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 7))).id);
select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 7));
select tests.remember('fifth', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 7))).id);
select is((select count(*) from similar_orders where order_id = tests.id('by_hand')), 2::bigint, 'one that has none may be either of them');
select is((select count(*) from similar_orders where order_id = tests.id('fifth')), 3::bigint, 'three are enough to see that something is wrong');
select tests.sign_out();
select tests.sign_in('admin@globex.test');
select is((select count(*) from similar_orders), 0::bigint, 'a stranger sees none of it');

select * from finish();
rollback;
