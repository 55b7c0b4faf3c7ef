begin;
select plan(9);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select tests.deliver(tests.id('order'), 9, 'One too many');
select tests.sign_in('manager@acme.test');
select tests.remember('offload', (submit_offload(tests.id('trip'), '[]')).id);
select tests.remember('variance', (select id from variances where offload_id = tests.id('offload')));
select throws_ok($$ select review_offload(tests.id('offload')) $$, '42501', 'separation_of_duties', 'the counter does not review');
select throws_ok($$ select reject_offload(tests.id('offload'), 'x') $$, '42501', 'separation_of_duties', 'nor reject');
select throws_ok($$ select approve_variance(tests.id('variance'), 'lost') $$, '42501', 'separation_of_duties', 'nor accept his own difference');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select approve_variance(tests.id('variance'), 'lost') $$, '42501', 'permission_denied', 'a dispatcher has no right to');
select throws_ok($$ select approve_offload(tests.id('offload')) $$, 'PT409', 'offload_transition_illegal', 'approval comes after review');
select is((review_offload(tests.id('offload'))).status::text, 'reviewed', 'he reviews');
select tests.sign_in('finance@acme.test');
select throws_ok($$ select reject_variance(tests.id('variance'), ' ') $$, 'PT422', 'reason_required', 'a refusal needs a reason');
select throws_ok($$ select approve_variance(tests.id('variance'), 'lost', tests.membership('driver@globex.test', 'globex')) $$, 'PT404', 'record_not_found', 'nobody of another company answers for it');
select is((approve_variance(tests.id('variance'), 'lost')).status::text, 'approved', 'finance decides');

select * from finish();
rollback;
