begin;
select plan(9);

create function pg_temp.box(west numeric, south numeric, east numeric, north numeric) returns jsonb language sql as $$
  select jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array(jsonb_build_array(
    jsonb_build_array(west, south), jsonb_build_array(east, south), jsonb_build_array(east, north), jsonb_build_array(west, north), jsonb_build_array(west, south))))
$$;
create function pg_temp.territory(wanted text) returns uuid language sql as $$ select id from territories where code = wanted $$;

select tests.sign_in('manager@acme.test');
-- The borders of Kilifi without its north: two of three shops stay.
select is(preview_area(pg_temp.box(39.7, -3.8, 39.9, -3.615), pg_temp.territory('KLF')) - 'moved', '{"inside": 2, "comes": 0, "goes": 1, "overlaps": [], "beyond": null}', 'who goes is counted');
select is((select array_agg(m ->> 'name' || ' ' || (m ->> 'way')) from jsonb_array_elements(preview_area(pg_temp.box(39.7, -3.8, 39.9, -3.615), pg_temp.territory('KLF')) -> 'moved') m), array['Kilifi Beach Hotel goes'], 'and named');
select is((select count(*) from customers c join territories t on t.id = c.territory_id where t.code = 'KLF'), 3::bigint, 'nothing has changed by asking');
-- A new one over a part of Nairobi.
select is((preview_area(pg_temp.box(36.84, -1.32, 37.2, -1.2)) -> 'overlaps') - 'id' #>> '{0,code}', 'NBO', 'an overlap is told');
select is(preview_area(pg_temp.box(36.84, -1.32, 36.9, -1.2), parent_id => pg_temp.territory('NBO')) - 'moved' - 'inside' - 'comes', '{"goes": 0, "overlaps": [], "beyond": null}', 'not with the one it lies in');
select is(preview_area(pg_temp.box(36.84, -1.32, 37.2, -1.2), parent_id => pg_temp.territory('NBO')) #>> '{beyond,code}', 'NBO', 'but when it reaches beyond it');
select ok((preview_area(pg_temp.box(36.84, -1.32, 36.9, -1.2)) ->> 'comes')::integer > 0, 'a smaller one takes from the larger');
select is(preview_area(pg_temp.box(36, -2, 38, 0), null) ->> 'comes', '0', 'a larger one does not');
select tests.sign_in('viewer@acme.test');
select throws_ok($$ select preview_area(pg_temp.box(0, 0, 1, 1)) $$, '42501', 'permission_denied', 'asked by those who keep territories');

select * from finish();
rollback;
