begin;
select plan(11);

select tests.sign_in('admin@acme.test');
select throws_ok($$ update tenant_settings set business_rules = '{"orders.auto_approve": {"explode": [1]}}' $$, 'PT422', 'rule_operator_unknown', 'an unknown operator');
select throws_ok($$ update tenant_settings set business_rules = '{"orders.approval_limits": {"manager": "a lot"}}' $$, 'PT422', 'input_invalid', 'a limit that is no number');
select throws_ok($$ update tenant_settings set business_rules = '{"orders.approval_limits": {"manager": -1}}' $$, 'PT422', 'input_invalid', 'a negative limit');
select throws_ok($$ update tenant_settings set business_rules = '{"orders.approval_limits": {"king": 5}}' $$, 'PT422', 'input_invalid', 'a limit for a role that does not exist');
select throws_ok($$ update tenant_settings set business_rules = '{"orders.approval_limits": 5}' $$, 'PT422', 'input_invalid', 'limits that name no role');
select throws_ok($$ update tenant_settings set business_rules = '{"orders.amend_tolerance_percent": "5"}' $$, 'PT422', 'input_invalid', 'a tolerance that is no number');
select throws_ok($$ update tenant_settings set business_rules = '{"orders.auto_allocate": "yes"}' $$, 'PT422', 'input_invalid', 'a switch that is neither on nor off');
select throws_ok($$ update tenant_settings set business_rules = '{"trips.counts_show_expected": "yes"}' $$, 'PT422', 'input_invalid', 'another one');
select throws_ok($$ update tenant_settings set timezone = 'Africa/Atlantis' $$, 'PT422', 'input_invalid', 'an unknown time zone');
select throws_ok($$ update tenant_settings set currency = 'shillings' $$, 'PT422', 'currency_is_an_iso_code', 'a currency without a code');
select lives_ok($$ update tenant_settings set timezone = 'Africa/Kampala', business_rules = '{"orders.auto_approve": {"<": [{"var": "order.total"}, 5000]}, "orders.approval_limits": {"manager": 100000}, "orders.amend_tolerance_percent": 7.5, "orders.auto_allocate": true, "trips.counts_show_expected": false}' $$, 'what can be evaluated is saved');

select * from finish();
rollback;
