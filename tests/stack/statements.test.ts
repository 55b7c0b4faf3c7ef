import { expect, test } from 'vitest';
import { splitStatements } from '../../supabase/stack/statements.ts';

test.each([
  ['select 1; select 2', ['select 1', 'select 2']],
  ['select \';\'; select "a;b"', ["select ';'", 'select "a;b"']],
  ["select 'it''s; one'; select 2", ["select 'it''s; one'", 'select 2']],
  ["select E'\\';'; select 2", ["select E'\\';'", 'select 2']],
  ['select 1 -- no; end\n; select 2', ['select 1 -- no; end', 'select 2']],
  ['/* a; /* b; */ c; */ select 1;', ['/* a; /* b; */ c; */ select 1']],
  ['do $$ begin a; b; end $$; select 1', ['do $$ begin a; b; end $$', 'select 1']],
  ['do $x$ a; $$ b; $x$; select $1', ['do $x$ a; $$ b; $x$', 'select $1']],
  [';;  ; -- nothing\n', []],
  [
    'create function f() returns int begin atomic select case when true then 1 end; end; select 2',
    [
      'create function f() returns int begin atomic select case when true then 1 end; end',
      'select 2',
    ],
  ],
])('%s', (script, statements) => {
  expect(splitStatements(script)).toEqual(statements);
});
