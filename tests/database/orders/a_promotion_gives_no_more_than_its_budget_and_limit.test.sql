begin;
select plan(19);

insert into products (tenant_id, sku, name, base_price, tax_rate) values (tests.tenant('acme'), 'PEN', 'Pen', 100, 0), (tests.tenant('acme'), 'CUP', 'Cup', 30, 0);
create function pg_temp.offer(name text, changes jsonb) returns uuid language plpgsql as $$
declare
  made uuid;
begin
  perform tests.sign_in('manager@acme.test');
  insert into promotions (name, kind, percent, covers_all) values (offer.name, 'line_percent', 10, true) returning id into made;
  perform tests.sign_out();
  update promotions p set budget_amount = (changes ->> 'budget_amount')::numeric, budget_uses = (changes ->> 'budget_uses')::integer, customer_uses = (changes ->> 'customer_uses')::integer where id = made;
  return made;
end $$;
create function pg_temp.off(wanted uuid) returns numeric language sql as $$ select sum(discount_amount) from order_items where order_id = wanted $$;
create function pg_temp.cancel(wanted uuid) returns void language plpgsql as $$
begin
  perform tests.sign_in('sales@acme.test');
  perform cancel_order(wanted, 'Not wanted');
  perform tests.sign_out();
end $$;

-- A budget in money: the last one gets what is left, to the cent.
select tests.remember('budget', pg_temp.offer('Budget', '{"budget_amount": 250}'));
select tests.remember('draft', tests.draft('Westlands Wholesalers', 'PEN', 20));
select is(pg_temp.off(tests.id('draft')), 200.00, 'a draft is told what it would get');
select tests.remember('first', tests.pending('Westlands Wholesalers', 'PEN', 20));
select tests.remember('second', tests.pending('Westlands Wholesalers', 'PEN', 20));
select is(pg_temp.off(tests.id('first')), 200.00, 'and takes nothing from the budget');
select is(pg_temp.off(tests.id('second')), 50.00, 'what is left');
select is(pg_temp.off(tests.pending('Westlands Wholesalers', 'PEN', 20)), 0.00, 'nothing is left');
select tests.sign_in('sales@acme.test');
select submit_order(tests.id('draft'));
select tests.sign_out();
select is(pg_temp.off(tests.id('draft')), 0.00, 'the draft came too late');
select pg_temp.cancel(tests.id('first'));
select is(pg_temp.off(tests.pending('Westlands Wholesalers', 'PEN', 5)), 50.00, 'who is cancelled gives it back');
select tests.sign_in('manager@acme.test');
select reject_order(tests.id('second'), 'Too much');
select is((select promotion_given(p) from promotions p where id = tests.id('budget')), '{"uses": 1, "amount": 50.00}', 'who is rejected, too');
select is((select sum(amount) from explain_figure('promotion_given', tests.id('budget'))), 50.00, 'the orders tell it');
select tests.sign_out();

-- Amended, an order keeps its own share and takes no more than there is.
select tests.remember('amended', tests.pending('Westlands Wholesalers', 'PEN', 10));
select tests.sign_in('sales@acme.test');
select amend_order(tests.id('amended'), tests.lines('PEN', 40));
select is(pg_temp.off(tests.id('amended')), 200.00, 'its hundred and the hundred that is left');
select tests.sign_out();
select is((select sum(d.amount) from order_discounts d join orders o on o.id = d.order_id where d.promotion_id = tests.id('budget') and o.status = 'pending_approval'), 250.00, 'all of it and no cent more');
update promotions set is_active = false where id = tests.id('budget');

-- So many orders, and so many of one customer.
select tests.remember('limit', pg_temp.offer('Once each', '{"customer_uses": 1, "budget_uses": 2}'));
select tests.remember('his', tests.pending('Westlands Wholesalers', 'PEN', 5));
select is(pg_temp.off(tests.id('his')), 50.00, 'his first');
select is(pg_temp.off(tests.pending('Westlands Wholesalers', 'PEN', 5)), 0.00, 'not his second');
select pg_temp.cancel(tests.id('his'));
select is(pg_temp.off(tests.pending('Westlands Wholesalers', 'PEN', 5)), 50.00, 'a cancelled order does not count against his limit');
select is(pg_temp.off(tests.pending('Kilimani Mini Mart', 'PEN', 5)), 50.00, 'another customer, the second order of all');
select is(pg_temp.off(tests.pending('Eastleigh Superstore', 'PEN', 5)), 0.00, 'there is no third');
update promotions set is_active = false where id = tests.id('limit');

-- A backorder takes its part of the discount along, and both are one use.
select tests.remember('one', pg_temp.offer('Once', '{"budget_uses": 1}'));
insert into inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
values (tests.tenant('acme'), tests.depot(), tests.product('PEN'), 'good', 4, 'opening', 'seed', private.uuid_v7());
select tests.remember('split', tests.approved('Westlands Wholesalers', 'PEN', 10, true));
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('split'));
select tests.sign_out();
select tests.remember('rest', (select id from orders where backorder_of_id = tests.id('split')));
select is(pg_temp.off(tests.id('split')) || ' ' || pg_temp.off(tests.id('rest')), '40.00 60.00', 'four of ten and six of ten');
select tests.sign_in('sales@acme.test');
select amend_order(tests.id('rest'), tests.lines('PEN', 5));
select is(pg_temp.off(tests.id('rest')), 50.00, 'the backorder is no second use');
select tests.sign_out();
select is((select count(distinct first_order_id) from order_discounts where promotion_id = tests.id('one')), 1::bigint, 'one use');
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'and every kept figure is what the rows say');

select * from finish();
rollback;
