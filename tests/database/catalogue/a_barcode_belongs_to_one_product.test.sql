begin;
select plan(17);

select tests.sign_in('admin@acme.test');
create function pg_temp.put(sku text, code text, pack uuid default null) returns text language plpgsql as $$
begin
  insert into product_barcodes (product_id, pack_id, code) values (tests.product(sku), pack, put.code);
  return 'taken';
exception when others then
  return sqlstate || ' ' || sqlerrm;
end $$;
create function pg_temp.pack(sku text) returns uuid language sql as $$ select id from product_packs where product_id = tests.product(sku) $$;

select is(pg_temp.put('COL-300', '4006381333931'), 'taken', 'thirteen digits whose last one fits');
select is(pg_temp.put('COL-300', '96385074'), 'taken', 'a second code of the same product, of eight digits');
select is(pg_temp.put('COL-300', '1 400638 133393 8', pg_temp.pack('COL-300')), 'taken', 'and one of its pallet, of fourteen, typed with spaces');
select is(pg_temp.put('COL-300', '4006381333932'), 'PT422 barcode_is_right', 'a wrong last digit');
select is(pg_temp.put('COL-300', '4006381339331'), 'PT422 barcode_is_right', 'two digits the wrong way round');
select is(pg_temp.put('COL-300', '400638133393'), 'PT422 barcode_is_right', 'a digit left out');
select is(pg_temp.put('COL-300', '40063813339'), 'PT422 barcode_has_its_form', 'two left out');
select is(pg_temp.put('COL-300', '400638133393l'), 'PT422 barcode_has_its_form', 'a letter');
select is(pg_temp.put('ORG-300', '4006381333931'), 'PT409 barcode_taken', 'the code of another product');
select is(pg_temp.put('ORG-300', '4006381333924', pg_temp.pack('COL-300')), 'PT404 record_not_found', 'the pack of another product');
select is(pg_temp.put('ORG-300', '036000291452'), 'taken', 'twelve digits');
select is(pg_temp.put('GIN-300', '0036000291452'), 'PT409 barcode_taken', 'are the same code with a nought before them');

select is((select array_agg(product_id || ' ' || coalesce(pack_id::text, 'unit')) from find_barcode('1-4006381333938')), array[tests.product('COL-300') || ' ' || pg_temp.pack('COL-300')], 'a pack is found by its code');
select is((select array_agg(code) from find_barcode('036000291452')), array['0036000291452'], 'a code is found as it is printed');
select is((select count(*) from find_barcode('COL-300')), 0::bigint, 'what is no code finds nothing');

delete from product_packs where id = pg_temp.pack('COL-300');
select is((select count(*) from find_barcode('14006381333938')), 0::bigint, 'a pack that is removed takes its code along');

select tests.sign_in('admin@globex.test');
select is(pg_temp.put('COL-300', '4006381333931') || ', ' || (select count(*) from find_barcode('4006381333931')), 'PT404 record_not_found, 0', 'another company neither writes nor finds it');

select * from finish();
rollback;
