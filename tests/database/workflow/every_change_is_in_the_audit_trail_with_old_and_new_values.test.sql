begin;
select plan(7);

select tests.sign_in('sales@acme.test');
update customers set contact_name = 'Tom Junior' where id = tests.customer('Kilimani Mini Mart');
select tests.sign_out();
select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('auditor@acme.test');
select results_eq($$ select operation, old_values, new_values, actor_id from audit_logs where record_id = tests.customer('Kilimani Mini Mart') and actor_id is not null $$,
  $$ values ('update', '{"contact_name": "Tom Odhiambo"}'::jsonb, '{"contact_name": "Tom Junior"}'::jsonb, tests.account('sales@acme.test')) $$, 'the changed column, before and after, and who');
select results_eq($$ select old_values ->> 'status', new_values ->> 'status' from audit_logs where record_id = tests.id('order') and command = 'approve_order' and new_values ? 'status' $$, $$ values ('pending_approval', 'approved') $$, 'the step of a command');
select is((select (new_values ->> 'approved_by')::uuid from audit_logs where record_id = tests.id('order') and command = 'approve_order' and new_values ? 'approved_by'), tests.account('manager@acme.test'), 'what came with it');
select is((select distinct actor_id from audit_logs where record_id = tests.id('order') and command = 'approve_order'), tests.account('manager@acme.test'), 'and who gave it');
select is((select array_agg(table_name || ' ' || operation order by table_name) from audit_logs where record_id = tests.id('order') and command = 'create_order'), array['order_items insert', 'orders insert'], 'and the entry, with its line');
select tests.sign_in('manager@acme.test');
select is((select count(*) from audit_logs), 0::bigint, 'only auditors read it');
select tests.sign_in('auditor@globex.test');
select is((select count(*) from audit_logs where tenant_id = tests.tenant('acme')), 0::bigint, 'of their own company');

select * from finish();
rollback;
