begin;
select plan(4);

create function pg_temp.told() returns text language sql as $$
  select coalesce(string_agg(e.note, ', '), 'nothing') from order_exceptions e where e.order_id = tests.id('order') and e.reason = 'message_failed'
$$;
grant execute on all functions in schema pg_temp to public;
select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
insert into public.messages (tenant_id, channel, recipient, template, body, status, business_key, entity_type, entity_id, error)
select tests.tenant('acme'), 'sms', '+254700000001', 'order.approved', 'x', s::public.message_status, 'a ' || s, 'order', tests.id('order'), case when s = 'failed' then '131026' end
from unnest(array['sent', 'failed']) s;
select tests.sign_in('sales@acme.test');
select is(pg_temp.told(), '+254700000001', 'one that did not arrive is, with whom it was for');
select tests.sign_in('dispatcher@acme.test');
select is(pg_temp.told(), 'nothing', 'for who may see messages');
select tests.sign_out();
update public.messages set status = 'sent' where business_key = 'a failed';
select tests.sign_in('sales@acme.test');
select is(pg_temp.told(), 'nothing', 'until it is sent');
select tests.sign_out();
update public.messages set status = 'failed', entity_type = 'invoice' where business_key = 'a failed';
select tests.sign_in('sales@acme.test');
select is(pg_temp.told(), 'nothing', 'and of the order alone');

select * from finish();
rollback;
