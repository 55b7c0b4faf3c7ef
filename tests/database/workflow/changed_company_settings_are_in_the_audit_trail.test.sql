begin;
select plan(1);

select tests.sign_in('admin@acme.test');
update tenant_settings set currency = 'UGX', business_rules = '{"orders.approval_limits": {"manager": 5}}';
update tenant_settings set currency = 'UGX';
select results_eq($$ select old_values ->> 'currency', new_values ->> 'currency', old_values #>> '{business_rules,orders.approval_limits,manager}', new_values #>> '{business_rules,orders.approval_limits,manager}', actor_id from audit_logs where table_name = 'tenant_settings' and actor_id is not null $$,
  $$ values ('KES', 'UGX', '1000000', '5', tests.account('admin@acme.test')) $$, 'what it was, what it is, and who changed it; once');

select * from finish();
rollback;
