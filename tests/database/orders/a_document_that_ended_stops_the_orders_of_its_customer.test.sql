begin;
select plan(13);

select set_config('tests.today', private.tenant_today(tests.tenant('acme'))::text, true);
select tests.remember('waiting', tests.pending('Westlands Wholesalers', 'COL-300', 1));
select tests.remember('approved', tests.approved('Westlands Wholesalers', 'ORG-300', 1));
select tests.sign_in('manager@acme.test');
insert into customer_documents (customer_id, kind, reference, valid_until, blocks_orders) values
  (tests.customer('Westlands Wholesalers'), 'Tax certificate', 'T-1', '2020-01-01', false),
  (tests.customer('Westlands Wholesalers'), 'Liquor licence', 'L-1', current_setting('tests.today')::date, true);
select lives_ok($$ select create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('GIN-300', 1), submit => true) $$, 'on its last day it is valid, and what stops nothing may end');
update customer_documents set valid_until = current_setting('tests.today')::date - 1 where kind = 'Liquor licence';
select tests.sign_in('sales@acme.test');
select throws_ok($$ select create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('TON-300', 1), submit => true) $$, 'PT409', 'customer_document_ended', 'then nothing is sent');
select lives_ok($$ select create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('TON-300', 1)) $$, 'a draft may wait');
select lives_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('TON-300', 1), submit => true) $$, 'others go on');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_order(tests.id('waiting')) $$, 'PT409', 'customer_document_ended', 'nothing is approved');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select allocate_order(tests.id('approved')) $$, 'PT409', 'customer_document_ended', 'and nothing set aside');
select is((select note from order_exceptions where order_id = tests.id('approved') and reason = 'customer_document_ended'), 'Liquor licence', 'which the list of exceptions tells');

-- Who keeps them.
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ insert into customer_documents (customer_id, kind) values (tests.customer('Westlands Wholesalers'), 'Licence') $$, '42501', null, 'who packs enters none');
select is((select count(*) from customer_documents), 2::bigint, 'but sees them');
select tests.sign_in('admin@globex.test');
select is((select count(*) from customer_documents), 0::bigint, 'a stranger does not');
select tests.sign_in('customer@acme.test');
select is((select count(*) from customer_documents), 0::bigint, 'nor does a customer');

-- The new one.
select tests.sign_in('manager@acme.test');
update customer_documents set valid_until = '2199-01-01', reference = 'L-2' where kind = 'Liquor licence';
select lives_ok($$ select approve_order(tests.id('waiting')) $$, 'with the new one he is served again');
delete from customer_documents where kind = 'Tax certificate';
select is((select string_agg(reference, ',') from customer_documents), 'L-2', 'one that nobody needs is taken away');

select * from finish();
rollback;
