begin;
select plan(6);

select tests.sign_in('manager@acme.test');
select throws_ok($$ insert into price_lists (name, customer_type, valid_from) values ('Wholesale again', 'wholesale', '2027-01-01') $$, 'PT409', 'type_lists_overlap', 'a second list of a type');
select throws_ok($$ insert into price_lists (name, territory_id, valid_from, valid_to) select 'Coast again', id, '2026-03-01', '2026-03-31' from territories where code = 'KLF' $$, 'PT409', 'territory_lists_overlap', 'a second list of a territory');
insert into price_lists (name, is_default, valid_from, valid_to) values ('Spring', true, '2026-03-01', '2026-05-31');
select throws_ok($$ insert into price_lists (name, is_default, valid_from, valid_to) values ('Spring again', true, '2026-05-31', '2026-06-30') $$, 'PT409', 'default_lists_overlap', 'a second default list, by one day');
select lives_ok($$ insert into price_lists (name, is_default, valid_from, valid_to) values ('Summer', true, '2026-06-01', '2026-08-31') $$, 'one after the other is fine');
select throws_ok($$ insert into price_lists (name, is_default, valid_from, valid_to) values ('Backwards', true, '2027-02-01', '2027-01-01') $$, 'PT422', 'validity_is_ordered', 'a list ends after it begins');
select throws_ok($$ insert into price_lists (name, is_default, customer_type, valid_from) values ('Two audiences', true, 'horeca', '2028-01-01') $$, 'PT422', 'list_has_at_most_one_audience', 'and has one audience');

select * from finish();
rollback;
