begin;
select plan(6);

select tests.sign_in('driver@acme.test');
select is(my_session() -> 'user' ->> 'language', null, 'as the device has it, as long as nobody has chosen');
update users set language = 'sw' where id = auth.uid();
select is(my_session() -> 'user' ->> 'language', 'sw', 'what was chosen is there wherever he signs in');
select throws_ok($$ update users set language = 'fr' where id = auth.uid() $$, 'PT422', 'language_is_spoken', 'a language that the portal does not speak');

select tests.sign_in('admin@acme.test');
update users set language = 'en' where id = tests.account('driver@acme.test');
select tests.sign_in('driver@acme.test');
select is(my_session() -> 'user' ->> 'language', 'sw', 'nobody chooses for somebody else');
select is(my_session() #> '{tenant,settings,terminology}', '{}'::jsonb, 'a company without words of its own');
update users set language = null where id = auth.uid();
select is(my_session() -> 'user' ->> 'language', null, 'the choice can be taken back');

select * from finish();
rollback;
