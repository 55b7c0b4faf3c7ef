begin;
select plan(5);

select tests.approved('Kilimani Mini Mart', 'COL-300', 1);
select isnt((private.run_maintenance() ->> 'stated')::int, 0, 'the first maintenance of a day states the heads');
select is((select count(*) from messages where template = 'audit.statement' and recipient = 'auditor@acme.test' and tenant_id = tests.tenant('acme')), 1::bigint, 'to an auditor');
select is((select count(*) from messages where template = 'audit.statement' and recipient = 'driver@acme.test'), 0::bigint, 'not to those who may not view the trail');
select ok((select body like '%' || private.audit_head_of(tests.tenant('acme')) || '%' from messages where template = 'audit.statement' and recipient = 'auditor@acme.test'), 'with the head of his company');
select is((private.run_maintenance() ->> 'stated')::int, 0, 'once a day');

select * from finish();
rollback;
