begin;
select plan(4);

create function private.break_down() returns bigint language plpgsql as $$ begin raise exception 'out of order' using errcode = 'PT400'; end $$;
select private.maintain('break_down', 'broken');
select tests.approved('Kilimani Mini Mart', 'COL-300', 1);
select set_config('tests.answer', private.run_maintenance()::text, true);
select is(current_setting('tests.answer')::jsonb ->> 'result', 'failed', 'maintenance says that it failed');
select is(current_setting('tests.answer')::jsonb -> 'failed', '{"break_down": "out of order"}'::jsonb, 'what and why');
select ok((current_setting('tests.answer')::jsonb ->> 'sealed')::int > 0, 'and does the rest');
select throws_ok($$ select private.maintain('no_such_task', 'nothing') $$, 'P0002', null, 'a task is a function that there is');

select * from finish();
rollback;
