begin;
select plan(4);

select tests.remember('order', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('sales@acme.test');
select set_config('tests.version', (select version::text from orders where id = tests.id('order')), true);
select lives_ok($$ select amend_order(tests.id('order'), notes => 'Ring twice', expected_version => current_setting('tests.version')::int) $$, 'who saw the present version writes');
select throws_ok($$ select amend_order(tests.id('order'), notes => 'Never mind', expected_version => current_setting('tests.version')::int) $$, 'PT409', 'version_conflict', 'who saw an older one does not');
select throws_ok($$ select submit_order(tests.id('order'), current_setting('tests.version')::int) $$, 'PT409', 'version_conflict', 'nor takes a step');
select is((select notes from orders where id = tests.id('order')), 'Ring twice', 'nothing is lost');

select * from finish();
rollback;
