begin;
select plan(19);

create function pg_temp.read(about uuid) returns text language sql as $$
  select string_agg(c.text, ' | ' order by c.created_at, c.id) from public.comments c where c.document_id = about
$$;
create function pg_temp.account(email text) returns uuid language sql security definer as $$ select u.id from auth.users u where u.email = account.email $$;

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('invoice', tests.invoiced('Karen Country Kiosk', 'COL-300', 1));

select tests.sign_in('sales@acme.test');
select tests.remember('comment', (public.add_comment('order', tests.id('order'), '  Ring the bell twice.  ', array[pg_temp.account('dispatcher@acme.test'), pg_temp.account('sales@acme.test')])).id);
select is(pg_temp.read(tests.id('order')), 'Ring the bell twice.', 'what is said is there, without the blanks around it');
select throws_ok($$ select public.add_comment('order', tests.id('order'), '   ') $$, 'comment_is_bounded', 'an empty comment is refused');
select throws_ok($$ select public.add_comment('order', tests.id('order'), 'Hello', array[pg_temp.account('owner@globex.test')]) $$, 'person_not_in_company', 'nobody of another company is mentioned');
select throws_ok($$ select public.add_comment('order', gen_random_uuid(), 'Hello') $$, 'record_not_found', 'nothing is said about what is not there');
select throws_ok($$ select public.add_comment('spaceship', tests.id('order'), 'Hello') $$, 'record_not_found', 'nor about what is no document');
select throws_ok($$ insert into public.comments (document_kind, document_id, text) values ('order', tests.id('order'), 'Hello') $$, '42501', null, 'a comment is made by its command alone');

select tests.sign_in('finance@acme.test');
select public.add_comment('invoice', tests.id('invoice'), 'Pays late.');

select tests.sign_in('dispatcher@acme.test');
select is(pg_temp.read(tests.id('invoice')), null, 'what is said about a document is read by nobody who does not see it');
select is(pg_temp.read(tests.id('order')), 'Ring the bell twice.', 'colleagues who see the order read it');
select throws_ok($$ select public.change_comment(tests.id('comment'), 'Do not ring.') $$, 'comment_not_yours', 'and do not put words into the mouth of others');
select throws_ok($$ select public.remove_comment(tests.id('comment')) $$, 'comment_not_yours', 'nor take them away');
select throws_ok($$ select public.add_comment('invoice', tests.id('invoice'), 'Hello') $$, 'record_not_found', 'who does not see a document does not comment on it');
select tests.sign_in('auditor@acme.test');
select is(pg_temp.read(tests.id('order')), 'Ring the bell twice.', 'who only reads, reads');
select throws_ok($$ select public.add_comment('order', tests.id('order'), 'Hello') $$, 'permission_denied', 'and does not write');
select tests.sign_in('customer@acme.test');
select is((select count(*) from public.comments), 0::bigint, 'customers read no comments, not even on their own orders');
select tests.sign_in('owner@globex.test');
select is(pg_temp.read(tests.id('order')), null, 'other companies read nothing');
select tests.sign_out();

select private.process_queue('notifications', 200);
select private.process_queue('notifications', 200);
select results_eq(
  $$ select m.recipient, m.subject from public.messages m where m.template = 'comment.created' $$,
  $$ select 'dispatcher@acme.test', 'Acme Beverages: Sam Kiprotich mentioned you on ' || o.number from public.orders o where o.id = tests.id('order') $$,
  'whom it mentions is mailed once, its author not at all');

select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.change_comment(tests.id('comment'), 'Late', expected_version => 7) $$, 'version_conflict', 'a change of what has changed meanwhile is refused');
select is((public.change_comment(tests.id('comment'), 'Ring once.', expected_version => 1)).edited_at, now(), 'its author changes it, and that shows');
select is((public.remove_comment(tests.id('comment'))).text, '', 'and takes it away: that there was one stays, its words do not');
select tests.sign_out();

select * from finish();
rollback;
