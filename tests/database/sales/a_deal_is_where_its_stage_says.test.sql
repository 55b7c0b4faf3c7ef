begin;
select plan(31);

create function pg_temp.stage(name text, pipeline text default 'Sales') returns uuid language sql security definer as $$
  select s.id from public.pipeline_stages s join public.pipelines p on p.id = s.pipeline_id
  where p.tenant_id = tests.tenant('acme') and p.name = pipeline and s.name = stage.name
$$;
create function pg_temp.reason(name text) returns uuid language sql security definer as $$
  select r.id from public.lost_reasons r where r.tenant_id = tests.tenant('acme') and r.name = reason.name
$$;

select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.create_deal(' ', tests.customer('Java Corner Cafe')) $$, 'input_invalid', 'a deal has a name');
select throws_ok($$ select public.create_deal('Theirs', tests.customer('Coast Gas Depot', 'globex')) $$, 'record_not_found', 'and a customer of the company');
select tests.remember('deal', (public.create_deal('Festival', tests.customer('Java Corner Cafe'))).id);
select is((select d.stage_id from public.deals d where d.id = tests.id('deal')), pg_temp.stage('First talk'), 'it begins in the first stage');
select is((public.move_deal(tests.id('deal'), pg_temp.stage('Offer'))).status::text, 'open', 'it goes from stage to stage');
select throws_ok($$ update public.deals set stage_id = pg_temp.stage('Won') where id = tests.id('deal') $$, '42501', null, 'by its command alone');
select throws_ok($$ select public.move_deal(tests.id('deal'), pg_temp.stage('Lost')) $$, 'lost_reason_required', 'a deal is lost for a reason');
select throws_ok($$ select public.lose_deal(tests.id('deal'), pg_temp.reason('Other')) $$, 'lost_reason_required', 'one that says too little is explained');
select is((public.lose_deal(tests.id('deal'), pg_temp.reason('Other'), 'The owner moved away')).stage_id, pg_temp.stage('Lost'), 'lost is the stage where deals are lost');
select throws_ok($$ select public.win_deal(tests.id('deal')) $$, 'deal_transition_illegal', 'what is lost is not won');
select results_eq(
  $$ select (r).status::text, (r).stage_id, (r).closed_at is null, (r).lost_reason_id is null from (select public.reopen_deal(tests.id('deal')) as r) x $$,
  $$ values ('open', pg_temp.stage('First talk'), true, true) $$, 'but may be open again');
select is((public.move_deal(tests.id('deal'), pg_temp.stage('Won'))).status::text, 'won', 'moved to where deals are won it is won');
select isnt((select d.closed_at from public.deals d where d.id = tests.id('deal')), null, 'and closed on that day');
select throws_ok($$ select public.change_deal(tests.id('deal'), 'Festival') $$, 'deal_transition_illegal', 'what is decided is not rewritten');
select public.reopen_deal(tests.id('deal'));

-- What it is worth is what its products cost this customer.
select is((public.change_deal(tests.id('deal'), 'Festival', 500)).value, 500.00, 'without products it is an estimate');
select throws_ok($$ select public.set_deal_products(tests.id('deal'), '[{"product_id": "0"}]') $$, 'lines_invalid', 'products are named');
select public.set_deal_products(tests.id('deal'), tests.lines('COL-300', 10));
select is(
  (select d.value from public.deals d where d.id = tests.id('deal')),
  (select (public.quote_order(tests.customer('Java Corner Cafe'), tests.depot(), tests.lines('COL-300', 10)) ->> 'total')::numeric), 'it is what an order of them would cost');
select throws_ok($$ select public.change_deal(tests.id('deal'), 'Festival', 400) $$, 'deal_value_of_products', 'and nothing else');
select is((public.set_deal_products(tests.id('deal'), '[]')).value, (select d.value from public.deals d where d.id = tests.id('deal')), 'without them the last value stays as an estimate');
select public.set_deal_products(tests.id('deal'), tests.lines('COL-300', 10));

select results_eq(
  $$ select f.deals, f.value, f.expected from public.deal_forecast f where f.stage_id = pg_temp.stage('First talk') $$,
  $$ select 1::bigint, d.value, round(d.value * 10 / 100, 2) from public.deals d where d.id = tests.id('deal') $$, 'the forecast counts it by its stage');

-- A won one becomes an order, once.
select throws_ok($$ select public.order_deal(tests.id('deal'), tests.depot()) $$, 'deal_transition_illegal', 'an open deal is no order');
select public.win_deal(tests.id('deal'));
select public.order_deal(tests.id('deal'), tests.depot());
select results_eq(
  $$ select o.status::text, o.customer_id, o.total from public.orders o join public.deals d on d.order_id = o.id where d.id = tests.id('deal') $$,
  $$ select 'draft', tests.customer('Java Corner Cafe'), d.value from public.deals d where d.id = tests.id('deal') $$, 'a won deal is ordered');
select throws_ok($$ select public.order_deal(tests.id('deal'), tests.depot()) $$, 'deal_ordered_already', 'once');
select throws_ok($$ select public.reopen_deal(tests.id('deal')) $$, 'deal_ordered_already', 'and is won for good');

-- Pipelines of a team, and those that need a forecast.
select tests.sign_in('manager@acme.test');
insert into public.teams (name) values ('Gas');
insert into public.pipelines (name, place, team_id, needs_forecast) select 'Gas', 2, t.id, true from public.teams t where t.name = 'Gas';
insert into public.pipeline_stages (pipeline_id, name, place, kind, probability)
select p.id, s.name, s.place, s.kind::public.deal_status, s.probability from public.pipelines p, (values ('Talk', 1, 'open', 20), ('Won', 2, 'won', 100)) as s (name, place, kind, probability) where p.name = 'Gas';
select throws_ok($$ insert into public.pipeline_stages (pipeline_id, name, place, kind, probability) select p.id, 'Won too', 3, 'won', 100 from public.pipelines p where p.name = 'Gas' $$, 'stage_end_taken', 'deals are won in one stage');
select throws_ok($$ insert into public.pipeline_stages (pipeline_id, name, place, kind, probability) select p.id, 'Lost', 3, 'lost', 50 from public.pipelines p where p.name = 'Gas' $$, 'probability_fits_the_kind', 'a lost deal is not half won');
select tests.remember('gas', (select p.id from public.pipelines p where p.name = 'Gas'));
select tests.sign_in('sales@acme.test');
select is((select count(*) from public.pipelines p where p.name = 'Gas'), 0::bigint, 'a team''s pipeline is not everybody''s');
select throws_ok($$ select public.create_deal('Cylinders', tests.customer('Java Corner Cafe'), tests.id('gas')) $$, 'record_not_found', 'who cannot use it either');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select public.create_deal('Cylinders', tests.customer('Java Corner Cafe'), tests.id('gas'), 900) $$, 'deal_needs_forecast', 'where a forecast is made a deal names value and day');
select tests.remember('managers', (public.create_deal('Cylinders', tests.customer('Java Corner Cafe'), tests.id('gas'), 900, current_date)).id);
select tests.sign_in('sales@acme.test');
select is((select count(*) from public.deals d where d.id = tests.id('managers')), 0::bigint, 'what is another''s is not seen');
select throws_ok($$ select public.win_deal(tests.id('managers')) $$, 'record_not_found', 'nor moved');
select throws_ok($$ select public.lose_deal(tests.id('deal'), gen_random_uuid()) $$, 'deal_transition_illegal', 'a won deal is not lost');
select tests.sign_out();

select * from finish();
rollback;
