begin;
select plan(16);

select tests.remember('first', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('trip', tests.on_the_road(array[tests.id('first'), tests.id('order')]));

create function pg_temp.link(order_id uuid) returns text language sql as $$ select public.share_order(order_id) ->> 'token' $$;
-- Somebody without an account.
create function pg_temp.followed(token text) returns jsonb language plpgsql as $$
begin
  perform set_config('request.jwt.claims', '', true);
  perform set_config('role', 'anon', true);
  return public.track_order(token);
end
$$;

select tests.sign_in('sales@acme.test');
select set_config('tests.link', pg_temp.link(tests.id('order')), true);
select set_config('tests.other', pg_temp.link(tests.id('order')), true);
select isnt(current_setting('tests.link'), current_setting('tests.other'), 'every link is another one');
select ok(current_setting('tests.link') ~ '^[0-9a-f]{64}$', 'and long enough that nobody guesses it');
select is(pg_temp.followed(current_setting('tests.link')) ->> 'status', 'in_transit', 'whoever has it sees where the order is');
select is(public.track_order(current_setting('tests.link')) ->> 'stops_before', '1', 'and how many stops come before');
select is(
  (select array_agg(k order by k) from jsonb_object_keys(public.track_order(current_setting('tests.link'))) k),
  '{arrived_at,company,expected_at,expires_at,left_at,number,planned_arrival_at,status,stops_before,timezone}', 'nobody and nothing else is named'
);
select throws_ok($$select public.track_order('unknown')$$, 'PT404', 'tracking_link_invalid', 'an unknown link opens nothing');
select throws_ok($$select public.track_order(null)$$, 'PT404', 'tracking_link_invalid', 'nor does none');
select throws_ok($$select * from private.tracking_links$$, '42501', null, 'and nobody reads the list of them');
select throws_ok($$select public.share_order(tests.id('order'))$$, '42501', null, 'nor makes one without an account');
select tests.sign_in('admin@globex.test');
select throws_ok($$select public.share_order(tests.id('order'))$$, 'PT404', 'record_not_found', 'another company does not know the order');
select tests.sign_out();
select is((select count(*) from private.tracking_links l where l.token_hash = current_setting('tests.link')), 0::bigint, 'what is kept opens nothing');

select tests.deliver(tests.id('first'), 1);
select is(pg_temp.followed(current_setting('tests.link')) ->> 'stops_before', '0', 'the page follows the van');
select tests.sign_out();
select tests.deliver(tests.id('order'), 1);
select is(pg_temp.followed(current_setting('tests.link')) ->> 'status', 'delivered', 'and tells that it came');
select tests.sign_in('sales@acme.test');
select throws_ok($$select public.share_order(tests.id('order'))$$, 'PT409', 'order_transition_illegal', 'there is nothing to follow any more');
select tests.sign_out();
update trip_stops set left_at = now() - interval '25 hours' where order_id = tests.id('order');
select throws_ok($$select pg_temp.followed(current_setting('tests.link'))$$, 'PT404', 'tracking_link_invalid', 'a day later the link is over');
select tests.sign_out();
update trip_stops set left_at = now() where order_id = tests.id('order');
update private.tracking_links set expires_at = now();
select throws_ok($$select pg_temp.followed(current_setting('tests.link'))$$, 'PT404', 'tracking_link_invalid', 'as every link is in the end');

select * from finish();
rollback;
