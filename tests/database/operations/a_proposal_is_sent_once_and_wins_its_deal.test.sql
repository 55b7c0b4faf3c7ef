begin;
select plan(42);

create function pg_temp.proposal(name text default 'proposal') returns public.proposals language sql security definer as $$ select p from public.proposals p where p.id = tests.id(name) $$;
create function pg_temp.deal(name text default 'deal') returns public.deals language sql security definer as $$ select d from public.deals d where d.id = tests.id(name) $$;
create function pg_temp.today() returns date language sql security definer as $$ select private.tenant_today(tests.tenant('acme')) $$;
select tests.remember('customer', tests.customer('Kilimani Mini Mart'));

-- Of a deal, with its products.
select tests.sign_in('sales@acme.test');
select tests.remember('deal', (create_deal('Festival', tests.id('customer'))).id);
select set_deal_products(tests.id('deal'), tests.lines('COL-300', 10));
select tests.sign_in('driver@acme.test');
select throws_ok($$ select create_proposal(pg_temp.today() + 10, tests.id('deal')) $$, '42501', 'permission_denied', 'who sells nothing offers nothing');
select tests.sign_in('agent@acme.test');
select throws_ok($$ select create_proposal(pg_temp.today() + 10, tests.id('deal')) $$, 'PT404', 'record_not_found', 'nor does who does not see the deal');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select create_proposal(pg_temp.today() - 1, tests.id('deal')) $$, 'PT422', 'proposal_day_is_near', 'it holds until a day to come');
select throws_ok($$ select create_proposal(pg_temp.today() + 10, tests.id('deal'), lines => '[{"product_id": null, "quantity": 1}]') $$, 'PT422', 'lines_invalid', 'it offers products');
select tests.remember('proposal', (create_proposal(pg_temp.today() + 10, tests.id('deal'))).id);
select matches((pg_temp.proposal()).number, '^PROP-', 'it has a number');
select is((pg_temp.proposal()).revision, 1, 'and is the first version');
select is((pg_temp.proposal()).total, (pg_temp.deal()).value, 'it offers the products of the deal at the prices of this customer');
select is((select count(*) from proposal_items where proposal_id = tests.id('proposal')), 1::bigint, 'line by line');
select tests.sign_in('agent@acme.test');
select is((select count(*) from proposals where id = tests.id('proposal')), 0::bigint, 'a colleague does not see it');
select tests.sign_in('sales@acme.test');

-- Changed while it is a draft.
select is((change_proposal(tests.id('proposal'), pg_temp.today() + 20, '[]')).total, 0::numeric, 'its lines are written anew');
select throws_ok($$ select send_proposal(tests.id('proposal')) $$, 'PT422', 'proposal_has_no_lines', 'what offers nothing is not sent');
select change_proposal(tests.id('proposal'), pg_temp.today() + 20, tests.lines('COL-300', 20), 'Delivered weekly');
select is((pg_temp.proposal()).total, (select sum(line_total) from proposal_items where proposal_id = tests.id('proposal')), 'its total is the sum of its lines');
select throws_ok($$ select accept_proposal(tests.id('proposal')) $$, 'PT409', 'proposal_transition_illegal', 'what was not sent is not accepted');

-- Sent, once and for all.
select is((send_proposal(tests.id('proposal'))).status::text, 'sent', 'it is sent');
select throws_ok($$ select change_proposal(tests.id('proposal'), pg_temp.today() + 30) $$, 'PT409', 'proposal_transition_illegal', 'what was sent is not changed');
select tests.sign_out();
select throws_ok($$ update public.proposal_items set quantity = 1 where proposal_id = tests.id('proposal') $$, 'PT409', 'proposal_transition_illegal', 'by nobody');
select throws_ok($$ delete from public.proposal_items where proposal_id = tests.id('proposal') $$, 'PT409', 'proposal_transition_illegal', 'nor are lines taken out');
select private.process_queue('notifications');
select matches((select body from public.messages where entity_id = tests.id('proposal') and template = 'proposal.sent'), (pg_temp.proposal()).number, 'the customer is told');

-- The next version.
select tests.sign_in('sales@acme.test');
select tests.remember('second', (revise_proposal(tests.id('proposal'), pg_temp.today() + 30)).id);
select is((pg_temp.proposal('second')).revision, 2, 'the next version');
select is((pg_temp.proposal('second')).total, (pg_temp.proposal()).total, 'begins with what was offered');
select is((pg_temp.proposal()).status::text, 'sent', 'which stands until the next is sent');
select change_proposal(tests.id('second'), pg_temp.today() + 30, tests.lines('COL-300', 30));
select send_proposal(tests.id('second'));
select is((pg_temp.proposal()).status::text, 'superseded', 'then it does not any more');
select throws_ok($$ select accept_proposal(tests.id('proposal')) $$, 'PT409', 'proposal_transition_illegal', 'and cannot be accepted');
select is((select current_status from status_tracker where entity_id = tests.id('second')), 'sent', 'the registries tell where it stands');
select is((select file_type from document_registry where entity_id = tests.id('second')), 'application/pdf', 'that it is a paper');
select is((select user_id from assignments where entity_id = tests.id('second')), tests.account('sales@acme.test'), 'and whose it is');

-- The customer says no, or nothing.
select throws_ok($$ select decline_proposal(tests.id('second'), ' ') $$, 'PT422', 'reason_required', 'no is said for a reason');
select is((decline_proposal(tests.id('second'), 'Too dear')).status::text, 'declined', 'the customer says no');
select is((pg_temp.deal()).status::text, 'open', 'and the deal is still open');
select tests.remember('third', (revise_proposal(tests.id('second'), pg_temp.today())).id);
select send_proposal(tests.id('third'));
select tests.sign_out();
select is(private.expire_proposals(), 0::bigint, 'on its last day it holds');
update public.proposals set valid_until = pg_temp.today() - 1 where id = tests.id('third');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select accept_proposal(tests.id('third')) $$, 'PT409', 'proposal_is_over', 'on the day after it does not, even before the clock says so');
select tests.sign_out();
select is(private.expire_proposals(), 1::bigint, 'then it expires');
select is((pg_temp.proposal('third')).status::text, 'expired', 'by itself');

-- The customer says yes.
select tests.sign_in('sales@acme.test');
select tests.remember('fourth', (revise_proposal(tests.id('third'), pg_temp.today() + 10)).id);
select change_proposal(tests.id('fourth'), pg_temp.today() + 10, tests.lines('COL-300', 40));
select send_proposal(tests.id('fourth'));
select is((accept_proposal(tests.id('fourth'))).status::text, 'accepted', 'the customer says yes');
select is((pg_temp.deal()).status::text, 'won', 'which wins the deal');
select is((pg_temp.deal()).value, (pg_temp.proposal('fourth')).total, 'at what was offered');
select is((select quantity from deal_items where deal_id = tests.id('deal')), 40::numeric, 'with its products');
select isnt((order_deal(tests.id('deal'), tests.depot())).order_id, null, 'and its order is made as of every won deal');
select throws_ok($$ select create_proposal(pg_temp.today() + 10, tests.id('deal')) $$, 'PT409', 'proposal_of_a_closed_deal', 'nothing is offered for what is decided');

-- For a customer without a deal one is begun.
select tests.remember('fresh', (create_proposal(pg_temp.today() + 10, customer_id => tests.id('customer'), title => 'Crates', lines => tests.lines('COL-300', 1))).id);
select is((select title from deals where id = (pg_temp.proposal('fresh')).deal_id), 'Crates', 'without a deal one is begun');
select tests.sign_in('admin@globex.test');
select is((select count(*) from proposals where tenant_id = tests.tenant('acme')), 0::bigint, 'another company sees none');
select throws_ok($$ select send_proposal(tests.id('fresh')) $$, 'PT404', 'record_not_found', 'nor sends any');

select * from finish();
rollback;
