begin;
select plan(9);

-- A day's work over many kinds of documents.
select tests.invoiced('Kilimani Mini Mart', 'COL-300', 3);
select tests.remember('payment', tests.money('Kilimani Mini Mart', 500, 'QGH7KLM2XB'));
select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 2));
select tests.sign_in('sales@acme.test');
select cancel_order(tests.id('order'), 'ordered twice');
select tests.sign_out();
update customers set name = 'Kilimani Supermarket', notes = 'renamed' where id = tests.customer('Kilimani Mini Mart');
select is((select count(*) from private.refold_documents_of(tests.tenant('acme'))), 0::bigint, 'the ledger tells every document as it is');
select ok((select count(distinct entity_type) > 10 from event_store where tenant_id = tests.tenant('acme') and entity_type in (select entity from private.recorded_tables())), 'of many kinds');

savepoint sound;
set local session_replication_role = replica;
update orders set notes = 'slipped in' where id = tests.id('order');
set local session_replication_role = origin;
select results_eq($$ select entity, record_id, field, kept, folded from private.refold_documents_of(tests.tenant('acme')) $$,
  $$ values ('order', tests.id('order'), 'notes', '"slipped in"'::jsonb, 'null'::jsonb) $$, 'a value that was slipped in is found, with what the ledger knows');
rollback to sound;

set local session_replication_role = replica;
update payments set status = 'reconciled' where id = tests.id('payment');
set local session_replication_role = origin;
select results_eq($$ select entity, record_id, field, kept, folded from private.refold_documents_of(tests.tenant('acme')) $$,
  $$ values ('payment', tests.id('payment'), 'status', '"reconciled"'::jsonb, '"approved"'::jsonb) $$, 'a state that no step led to');
rollback to sound;

set local session_replication_role = replica;
delete from payments where id = tests.id('payment');
set local session_replication_role = origin;
select ok((select count(*) > 5 and bool_and(record_id = tests.id('payment') and kept is null) from private.refold_documents_of(tests.tenant('acme')) where field <> 'status'), 'a document that was taken away');
rollback to sound;

set local session_replication_role = replica;
delete from event_store where tenant_id = tests.tenant('acme') and entity_id = tests.id('payment') and machine is not null;
set local session_replication_role = origin;
select results_eq($$ select entity, field, folded from private.refold_documents_of(tests.tenant('acme')) $$,
  $$ values ('payment', 'status', '"pending"'::jsonb) $$, 'a step that was taken out of the ledger');
select private.verify_company(tests.tenant('acme'));
-- Registries differ from what was changed behind their backs, too.
select is((select differences from private.verifications where tenant_id = tests.tenant('acme')),
  1 + (select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 'the daily verification counts it');
rollback to sound;

-- What was deleted by right is gone on both sides.
delete from workflow_definitions where tenant_id = tests.tenant('acme');
insert into workflow_definitions (tenant_id, machine, from_state, command, is_enabled) values (tests.tenant('acme'), 'order', 'draft', 'cancel', true);
delete from workflow_definitions where tenant_id = tests.tenant('acme');
select is((select count(*) from private.refold_documents_of(tests.tenant('acme'))), 0::bigint, 'what was deleted by right is gone on both sides');
select is((select count(*) from private.refold_documents_of(tests.tenant('globex'))), 0::bigint, 'the other company is sound, too');

select * from finish();
rollback;
