begin;
select plan(24);

select set_config('tests.today', private.tenant_today(tests.tenant('acme'))::text, true);
create function pg_temp.reasons(name text) returns text language sql as $$
  select coalesce((
    select concat_ws(', ', case when s.is_over_limit then 'limit' end, case when s.is_overdue then 'overdue' end, case when s.is_suspended then 'suspended' end,
      case when s.has_ended_papers then 'papers' end, case when s.is_review_due then 'review' end)
    from public.credit_standings s where s.name = reasons.name
  ), 'none')
$$;
create function pg_temp.review(outcome text, more jsonb default '{}') returns public.credit_reviews language sql as $$
  select public.review_credit(tests.customer('Kilimani Mini Mart'), outcome::public.credit_review_outcome, coalesce(more ->> 'note', 'Looked at'), (more ->> 'limit')::numeric, (more ->> 'on')::date, (more ->> 'version')::integer)
$$;

-- What one customer has used, all of them have together, and the rows explain, is the same.
select tests.remember('approved', tests.approved('Kilimani Mini Mart', 'COL-300', 3));
select tests.remember('invoice', tests.invoiced('Kilimani Mini Mart', 'ORG-300', 2));
select tests.sign_in('manager@acme.test');
update customers set credit_limit = 1 where id = tests.customer('Kilimani Mini Mart');
select is(pg_temp.reasons('Kilimani Mini Mart'), 'limit', 'who has used more than his limit is listed');
select is((select used from credit_standings where name = 'Kilimani Mini Mart'), (customer_credit(tests.customer('Kilimani Mini Mart')) ->> 'used')::numeric, 'with what his own page says');
select is((select used from credit_standings where name = 'Kilimani Mini Mart'), (select sum(amount) from explain_figure('customer_credit_used', tests.customer('Kilimani Mini Mart'))), 'and its rows sum to');
select ok((select used from credit_standings where name = 'Kilimani Mini Mart') > 0, 'which is more than nothing');
select is((select credit_left from credit_standings where name = 'Kilimani Mini Mart'), (select 1 - used from credit_standings where name = 'Kilimani Mini Mart'), 'and what is left');
update customers set credit_limit = 9000000 where id = tests.customer('Kilimani Mini Mart');
select is(pg_temp.reasons('Kilimani Mini Mart'), 'none', 'who has enough is not');

-- The other reasons.
insert into customer_documents (customer_id, kind, valid_until) values (tests.customer('Kilimani Mini Mart'), 'Licence', '2020-01-01');
select is(pg_temp.reasons('Kilimani Mini Mart'), 'papers', 'a paper that has ended is a reason');
delete from customer_documents where kind = 'Licence';
select tests.sign_out();
update public.invoices set issued_on = '2026-01-01', due_on = '2026-01-31' where id = tests.id('invoice');
select tests.sign_in('finance@acme.test');
select is(pg_temp.reasons('Kilimani Mini Mart'), 'overdue', 'so is what is overdue');
select is((select oldest_due_on from credit_standings where name = 'Kilimani Mini Mart'), '2026-01-31'::date, 'since when');

-- What is decided is written down and done.
select throws_ok($$ select pg_temp.review('keep') $$, '42501', 'permission_denied', 'it is decided by who approves customers');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select pg_temp.review('keep', '{"note": " "}') $$, 'PT422', 'reason_required', 'with a note');
select throws_ok($$ select pg_temp.review('change_limit') $$, 'PT422', 'input_invalid', 'another limit is said');
select throws_ok($$ select pg_temp.review('keep', '{"limit": 5}') $$, 'PT422', 'input_invalid', 'and only then');
select throws_ok($$ select pg_temp.review('keep', '{"on": "2020-01-01"}') $$, 'PT422', 'input_invalid', 'the next day is to come');
select results_eq($$ select outcome::text, limit_before, limit_after, overdue > 0, review_on from pg_temp.review('change_limit', '{"limit": 250000}') $$,
  $$ values ('change_limit', 9000000::numeric, 250000::numeric, true, null::date) $$, 'what was used and overdue is kept with it');
select is((select credit_limit from customers where id = tests.customer('Kilimani Mini Mart')), 250000.00, 'the limit is another one');
select throws_ok($$ select pg_temp.review('keep', '{"version": 1}') $$, 'PT409', 'version_conflict', 'who did not see that decides on nothing');
select is((pg_temp.review('suspend', '{"note": "Does not pay"}')).note, 'Does not pay', 'he can be suspended');
select is((select status_reason from customers where id = tests.customer('Kilimani Mini Mart')), 'Does not pay', 'for that reason');
select is(pg_temp.reasons('Kilimani Mini Mart'), 'overdue, suspended', 'and stays in the list');

-- By the rule of the company.
select tests.sign_in('admin@acme.test');
update tenant_settings set business_rules = business_rules || '{"credit.review_months": 6}' where tenant_id = tests.tenant('acme');
select tests.sign_in('manager@acme.test');
select is((pg_temp.review('keep')).review_on, (current_setting('tests.today')::date + interval '6 months')::date, 'the next day comes from the rule');
select tests.sign_out();
update public.customers set credit_review_on = current_setting('tests.today')::date where id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('finance@acme.test');
select is(pg_temp.reasons('Kilimani Mini Mart'), 'overdue, suspended, review', 'when it comes, it is due');

-- Who sees it.
select tests.sign_in('warehouse@acme.test');
select is((select count(*) from credit_standings) + (select count(*) from credit_reviews), 0::bigint, 'who sees no invoices sees none of it');
select tests.sign_in('admin@globex.test');
select is((select count(*) from credit_reviews) + (select count(*) from credit_standings where name = 'Kilimani Mini Mart'), 0::bigint, 'nor does a stranger');

select * from finish();
rollback;
