begin;
select plan(5);

update vehicles set capacity_kg = 170, capacity_l = 10000, capacity_units = 1000 where id = tests.vehicle('KDB 202B');
select tests.remember('fits', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('heavy', tests.allocated('Karen Country Kiosk', 'COL-300', 11));
select lives_ok($$ select tests.planned(array[tests.id('fits')], 'KDB 202B') $$, 'ten crates weigh 170 kg');
select throws_ok($$ select tests.planned(array[tests.id('heavy')], 'KDB 202B') $$, 'PT409', 'trip_overloaded', 'eleven weigh more');
select tests.sign_out();
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select assign_orders((select trip_id from trip_stops where order_id = tests.id('fits')), array[tests.id('fits'), tests.id('heavy')]) $$, 'PT409', 'trip_overloaded', 'nor are they added later');
select tests.sign_out();
update vehicles set capacity_kg = 5000, capacity_l = 307 where id = tests.vehicle('KDB 202B');
select throws_ok($$ select tests.planned(array[tests.id('heavy')], 'KDB 202B') $$, 'PT409', 'trip_overloaded', 'nor more litres');
select tests.sign_out();
update vehicles set capacity_l = 5000, capacity_units = 10 where id = tests.vehicle('KDB 202B');
select throws_ok($$ select tests.planned(array[tests.id('heavy')], 'KDB 202B') $$, 'PT409', 'trip_overloaded', 'nor more crates');

select * from finish();
rollback;
