begin;
select plan(9);

create function pg_temp.given(person text) returns text language plpgsql as $$
begin
  perform tests.sign_in(person);
  return (cancel_order(tests.id('order'), 'Entered twice')).status::text;
end
$$;

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select is(pg_temp.given('sales@acme.test'), 'cancelled', 'who sells cancels what nobody has approved yet');

select tests.sign_out();
select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select throws_ok($$ select pg_temp.given('sales@acme.test') $$, '42501', 'permission_denied', 'what is approved he does not');
select throws_ok($$ select pg_temp.given('dispatcher@acme.test') $$, '42501', 'permission_denied', 'nor does who plans trips');
select is((select 'cancel' = any (o.allowed_commands) from orders o where o.id = tests.id('order')), false, 'and it is not offered to him');
select is(pg_temp.given('manager@acme.test'), 'cancelled', 'a manager does');

select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select throws_ok($$ select pg_temp.given('dispatcher@acme.test') $$, '42501', 'permission_denied', 'the same when its stock is reserved');
select is(pg_temp.given('admin@acme.test'), 'cancelled', 'an admin does');

-- A company may see it otherwise.
select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('owner@acme.test');
select lives_ok($$ select set_role_permission('dispatcher', 'orders.cancel_approved', true) $$, 'a company gives the right to others');
select is(pg_temp.given('dispatcher@acme.test'), 'cancelled', 'who then have it');

select * from finish();
rollback;
