begin;
select plan(7);

select tests.pending('Mama Njeri Shop', 'COL-300', 1);
select tests.pending('Westlands Wholesalers', 'COL-300', 1);
select tests.on_the_road(array[tests.allocated('Westlands Wholesalers', 'COL-300', 1)]);
create function pg_temp.told(kind text, wanted text) returns text language sql as
  $$ select coalesce((select documents || ' ' || coalesce(is_mine::text, 'nobody') from public.waiting() where machine = kind and state = wanted), 'not told') $$;
select tests.sign_in('manager@acme.test');
select is(pg_temp.told('order', 'pending_approval'), '2 true', 'two orders wait for those who approve');
select is(pg_temp.told('order', 'in_transit'), '1 nobody', 'one is on the road, which nobody has to do anything about');
select tests.sign_in('sales@acme.test');
select is(pg_temp.told('order', 'pending_approval'), '2 false', 'who entered them knows how many wait');
select tests.sign_in('customer@acme.test');
select is(pg_temp.told('order', 'pending_approval'), 'not told', 'a customer looks at his own account instead');
select tests.sign_in('driver@acme.test');
select is(pg_temp.told('adjustment', 'pending_approval'), 'not told', 'whoever may not see a kind of document is told of none');
select is(pg_temp.told('order', 'pending_approval'), '0 false', 'a driver is told of what rides with him');
select tests.sign_in('admin@globex.test');
select is(pg_temp.told('order', 'pending_approval'), '0 true', 'another company has its own');

select * from finish();
rollback;
