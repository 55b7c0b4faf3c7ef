begin;
select plan(10);

-- One degree of latitude is 111 km everywhere.
select is(private.metres_between(0, 36, 1, 36), 111195, 'a degree to the north');
select is(private.metres_between(-1.3, 36.8, -1.3, 36.8), 0, 'nowhere else');
select is(private.metres_between(0, 179.5, 0, -179.5), 111195, 'across the date line');

select tests.remember('one', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('two', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('three', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
update customer_addresses a set latitude = -1.29, longitude = 36.78 from orders o where o.id = tests.id('one') and a.id = o.address_id;
select tests.on_the_road(array[tests.id('one'), tests.id('two'), tests.id('three')]);
select tests.sign_in('driver@acme.test');
select is((arrive_at_stop(tests.id('one'), latitude => -1.2905, longitude => 36.78)).metres_from_address, 56, 'an arrival tells where the phone was');
select is((arrive_at_stop(tests.id('one'), latitude => -1.4, longitude => 36.78)).metres_from_address, 56, 'the first time that it says so');
select throws_ok($$select arrive_at_stop(tests.id('two'), latitude => 91, longitude => 36.78)$$, 'PT422', 'input_invalid', 'a place that is not on earth is refused');
select throws_ok($$select arrive_at_stop(tests.id('two'), latitude => -1.29)$$, 'PT422', 'input_invalid', 'as is half a place');
select is((arrive_at_stop(tests.id('two'))).metres_from_address, null, 'a phone that does not know says nothing');
select complete_delivery(tests.id('two'), tests.taken(tests.id('two'), 1), 'Tom', tests.signature(), latitude => -1.39, longitude => 36.78);
select is((select s.metres_from_address from trip_stops s where s.order_id = tests.id('two')), 11119, 'until it does as it delivers');
select tests.sign_out();
select is((select p.latitude from delivery_proofs p where p.order_id = tests.id('two')), -1.390000, 'and the proof has it, too');

select * from finish();
rollback;
