begin;
select plan(13);

select tests.remember('kept', tests.draft('Westlands Wholesalers', 'COL-300', 4));
select tests.remember('gone', tests.draft('Westlands Wholesalers', 'COL-300', 4));
select tests.remember('sent', tests.pending('Kilimani Mini Mart', 'COL-300', 1));

select tests.sign_in('sales@acme.test');
select throws_ok($$ select delete_order(tests.id('gone')) $$, '42501', 'permission_denied', 'who sells cancels');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select delete_order(tests.id('gone')) $$, 'PT404', 'record_not_found', 'a stranger finds nothing to remove');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select delete_order(tests.id('sent')) $$, 'PT409', 'order_is_no_draft', 'what was sent stays');
select ok('delete' <> all (allowed_commands(o)), 'and is not offered to be removed') from orders o where o.id = tests.id('sent');

-- What hangs on it is named.
select record_payment(tests.customer('Westlands Wholesalers'), 'cash', 5, order_id => tests.id('kept'));
select add_comment('order', tests.id('kept'), 'Wait for him.');
select throws_ok($$ select delete_order(tests.id('kept')) $$, 'PT409', 'draft_is_in_use', 'money and a word hang on it');
select tests.sign_out();
select is(private.what_hangs_on(o), '{"comments": 1, "payments": 1}', 'which the refusal names') from orders o where o.id = tests.id('kept');
select tests.sign_in('manager@acme.test');
select isnt((select count(*) from orders where id = tests.id('kept')), 0::bigint, 'it is still there');

-- The other one looks like it, has a tag, and goes with both.
select isnt((select count(*) from similar_orders where order_id = tests.id('gone')), 0::bigint, 'an order like another');
select tests.sign_in('admin@acme.test');
insert into tags (name) values ('Urgent');
select tests.sign_in('manager@acme.test');
select add_tag('order', tests.id('gone'), (select id from tags where name = 'Urgent'));
select throws_ok($$ select delete_order(tests.id('gone'), 99) $$, 'PT409', 'version_conflict', 'nobody removes what he has not seen');
select is((delete_order(tests.id('gone'))).id, tests.id('gone'), 'it is removed');
select throws_ok($$ select delete_order(tests.id('gone')) $$, 'PT404', 'record_not_found', 'once');
select tests.sign_out();
select is((select count(*) from order_items where order_id = tests.id('gone')) + (select count(*) from similar_orders where tests.id('gone') in (order_id, similar_id))
  + (select count(*) from record_tags where document_id = tests.id('gone')), 0::bigint, 'with all that was part of it');
select tests.sign_in('auditor@acme.test');
select is((select count(*) from audit_logs where record_id = tests.id('gone') and operation = 'delete' and table_name = 'orders' and command = 'delete_order' and old_values ? 'number'), 1::bigint, 'the audit trail says that it was');

select * from finish();
rollback;
