begin;
select plan(14);

create function pg_temp.problem(borders jsonb) returns text language plpgsql as $$
declare
  key text;
  detail text;
begin
  insert into territories (code, name, area) values ('TRY', 'Tried', borders);
  delete from territories where code = 'TRY';
  return 'fine';
exception when sqlstate 'PT422' then
  get stacked diagnostics key = message_text, detail = pg_exception_detail;
  return key || ' ' || (detail::jsonb ->> 'area');
end $$;
create function pg_temp.polygon(coordinates jsonb) returns jsonb language sql as $$ select jsonb_build_object('type', 'Polygon', 'coordinates', coordinates) $$;

select tests.sign_in('manager@acme.test');
select is(pg_temp.problem('"here"'), 'area_invalid not_a_polygon', 'a text');
select is(pg_temp.problem('{"type": "Point", "coordinates": [1, 2]}'), 'area_invalid not_a_polygon', 'a point');
select is(pg_temp.problem('{"type": "Polygon", "coordinates": [], "name": "x"}'), 'area_invalid not_a_polygon', 'more than borders');
select is(pg_temp.problem(pg_temp.polygon('[]')), 'area_invalid too_few_corners', 'nothing');
select is(pg_temp.problem(pg_temp.polygon('[[]]')), 'area_invalid too_few_corners', 'an empty ring');
select is(pg_temp.problem(pg_temp.polygon('[[[0, 0], [1, 0], [0, 0]]]')), 'area_invalid too_few_corners', 'two corners');
select is(pg_temp.problem(pg_temp.polygon('[[[0, 0], [1, 0], [1, 1], [0, 1]]]')), 'area_invalid not_closed', 'an open ring');
select is(pg_temp.problem(pg_temp.polygon('[[[0, 0], [181, 0], [1, 1], [0, 0]]]')), 'area_invalid off_the_earth', 'a corner off the earth');
select is(pg_temp.problem(pg_temp.polygon('[[[0, 0], ["a", 0], [1, 1], [0, 0]]]')), 'area_invalid not_readable', 'a corner that is no number');
select is(pg_temp.problem(pg_temp.polygon('[[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]')), 'area_invalid crosses_itself', 'a figure of eight');
select is(pg_temp.problem(pg_temp.polygon('[[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], [[2, 2], [3, 2], [3, 3], [2, 2]]]')), 'area_invalid hole_outside', 'a hole outside');
select is(pg_temp.problem(pg_temp.polygon(jsonb_build_array((select jsonb_agg(jsonb_build_array(g, g)) from generate_series(1, 1001) g(n), lateral (select n / 100.0) x(g))))), 'area_invalid too_many_corners', 'more corners than can be checked');
select is(pg_temp.problem(pg_temp.polygon('{"a": 1}')), 'area_invalid not_a_polygon', 'an object for coordinates');

insert into territories (code, name) values ('TOP', 'Top');
insert into territories (code, name, parent_id) select 'LOW', 'Low', id from territories where code = 'TOP';
select throws_ok($$ update territories set parent_id = (select id from territories where code = 'LOW') where code = 'TOP' $$, 'PT409', 'territory_in_a_circle', 'a territory within one that lies in it');

select * from finish();
rollback;
