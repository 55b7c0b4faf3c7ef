begin;
select plan(8);

select tests.sign_in('sales@acme.test');
update customers set contact_name = 'Tom Junior' where id = tests.customer('Kilimani Mini Mart');
select tests.sign_out();
select private.seal_audit(tests.tenant('acme'));
select set_config('tests.head', private.audit_head_of(tests.tenant('acme')), true);
select isnt((select count(*) from audit_logs where record_id = tests.customer('Kilimani Mini Mart') and new_values ->> 'contact_name' = 'Tom Junior'), 0::bigint, 'the trail holds a name');
select ok(private.erase_values(tests.tenant('acme'), tests.customer('Kilimani Mini Mart')) >= 1, 'it is erased');
select is_empty($$ select * from event_store where entity_id = tests.customer('Kilimani Mini Mart') and (new_values is not null or old_values is not null) $$, 'with every value of the record');
select isnt((select count(*) from event_store where entity_id = tests.customer('Kilimani Mini Mart') and event_type = 'customer.updated' and actor_id = tests.account('sales@acme.test')), 0::bigint, 'who did something and when stays');
select private.seal_audit(tests.tenant('acme'));
select ok((select is_intact from private.verify_audit_of(tests.tenant('acme'), private.read_audit_head(current_setting('tests.head')))), 'the chain and every head of it stay true');
select is((select count(*) from event_store where entity_id = tests.customer('Kilimani Mini Mart') and event_type = 'ledger.erased'), 1::bigint, 'and that it was erased is written down');
select throws_ok($$ update event_store set actor_id = null where entity_id = tests.customer('Kilimani Mini Mart') $$, 'PT409', 'row_is_append_only', 'nothing but values can be taken away');
select throws_ok($$ update event_store set old_values = null, new_values = '{}' where new_values is not null $$, 'PT409', 'row_is_append_only', 'nor can values be put in their place');

select * from finish();
rollback;
