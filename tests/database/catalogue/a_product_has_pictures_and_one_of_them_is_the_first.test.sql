begin;
select plan(26);

create function pg_temp.stored(person text, name text, bucket text default 'product-images') returns text language plpgsql as $$
declare
  path constant text := tests.tenant('acme') || '/' || name;
begin
  perform tests.sign_in(person);
  insert into storage.objects (bucket_id, name, owner_id, metadata) values (bucket, path, auth.uid()::text, '{"mimetype": "image/jpeg", "size": 900}');
  return path;
end $$;
create function pg_temp.add(sku text, name text, alt text default null) returns public.product_images language sql as $$
  select public.add_product_image(tests.product(sku), tests.tenant('acme') || '/' || name, 'data:image/jpeg;base64,/9j/4AAQ', alt)
$$;
create function pg_temp.pictures(sku text) returns text language sql as $$
  select coalesce(string_agg(split_part(i.path, '/', 2) || ' ' || i.place, ', ' order by i.place), 'none') from public.product_images i where i.product_id = tests.product(sku)
$$;
create function pg_temp.image(name text) returns uuid language sql as $$ select i.id from public.product_images i where i.path = tests.tenant('acme') || '/' || name $$;

select pg_temp.stored('admin@acme.test', 'front');
select pg_temp.stored('admin@acme.test', 'back');
select pg_temp.stored('admin@acme.test', 'label');
select pg_temp.stored('admin@acme.test', 'loose');
select throws_ok($$ select pg_temp.stored('sales@acme.test', 'mine') $$, '42501', null, 'who does not change products stores no pictures');
select tests.sign_in('admin@acme.test');
select throws_ok($$ insert into storage.objects (bucket_id, name, owner_id) values ('product-images', tests.tenant('globex') || '/theirs', auth.uid()::text) $$, '42501', null, 'nor anybody in the folder of another company');

-- They are added behind each other.
select is((pg_temp.add('COL-300', 'front', '  A crate from the front ')).alt, 'A crate from the front', 'what is on it is kept');
select pg_temp.add('COL-300', 'back');
select pg_temp.add('COL-300', 'label');
select is(pg_temp.pictures('COL-300'), 'front 1, back 2, label 3', 'each stands behind those before it');
select throws_ok($$ select pg_temp.add('ORG-300', 'front') $$, 'PT409', 'product_image_taken', 'a picture is of one product');
select throws_ok($$ select pg_temp.add('ORG-300', 'nowhere') $$, 'PT422', 'picture_not_found', 'and stored first');
select throws_ok($$ select public.add_product_image(tests.product('ORG-300'), tests.tenant('acme') || '/loose', 'data:image/svg+xml,<svg onload=alert(1)>') $$, 'PT422', 'thumbnail_is_a_small_picture', 'the small one is a picture');
select throws_ok($$ select pg_temp.add('ORG-300', 'loose', repeat('x', 201)) $$, 'PT422', 'image_text_is_short', 'what is on it is said in short');
select throws_ok($$ select public.add_product_image(tests.product('COL-300', 'globex'), tests.tenant('acme') || '/loose', 'data:image/jpeg;base64,/9j/4AAQ') $$, 'PT404', 'record_not_found', 'products of others are not there');

-- Another one is the first.
select lead_with_product_image(pg_temp.image('label'));
select is(pg_temp.pictures('COL-300'), 'label 1, front 2, back 3', 'one is made the first, and the others move on');
select is((describe_product_image(pg_temp.image('label'), '')).alt, null, 'what is on one need not be said');
select throws_ok($$ select describe_product_image(pg_temp.image('label'), 'A label', 1) $$, 'PT409', 'version_conflict', 'who did not see the last change is told');
select is((remove_product_image(pg_temp.image('front'))).place, 2, 'one is taken off');
select is(pg_temp.pictures('COL-300'), 'label 1, back 2', 'and the others close up');
delete from storage.objects where bucket_id = 'product-images';
select is((select string_agg(split_part(name, '/', 2), ', ' order by name) from storage.objects where bucket_id = 'product-images'), 'back, label', 'what no product has is removed from storage, and nothing else');
select tests.sign_out();
insert into public.product_images (tenant_id, product_id, place, path, thumbnail)
select tests.tenant('acme'), tests.product('COL-300'), n, 'many/' || n, 'data:image/jpeg;base64,/9j/4AAQ' from generate_series(3, 10) n;
select pg_temp.stored('admin@acme.test', 'eleventh');
select throws_ok($$ select pg_temp.add('COL-300', 'eleventh') $$, 'PT409', 'product_images_are_full', 'a product has ten pictures at most');

-- Who sees them.
select tests.sign_in('sales@acme.test');
select is((select count(*) from product_images), 10::bigint, 'whoever sells sees them');
select is((select count(*) from storage.objects where bucket_id = 'product-images'), 2::bigint, 'and what is stored, but nothing that is not added yet');
select throws_ok($$ select remove_product_image(pg_temp.image('label')) $$, '42501', 'permission_denied', 'but takes none off');
select tests.sign_in('customer@acme.test');
select is((select count(*) from product_images), 0::bigint, 'a customer opens no table');
select is((select image_path from my_products() where sku = 'COL-300'), tests.tenant('acme') || '/label', 'but is shown the first picture');
select is((select count(*) from storage.objects where bucket_id = 'product-images'), 2::bigint, 'and may open it');
select tests.sign_out();
update public.products set is_active = false where id = tests.product('COL-300');
select tests.sign_in('customer@acme.test');
select is((select count(*) from storage.objects where bucket_id = 'product-images'), 0::bigint, 'as long as he can order it');
select tests.sign_in('admin@globex.test');
select is((select count(*) from product_images), 0::bigint, 'another company sees none');
select is((select count(*) from storage.objects where bucket_id = 'product-images'), 0::bigint, 'nor what is stored');
select is((select count(*) from public.product_images where tenant_id = tests.tenant('acme')), 0::bigint, 'whatever it asks for');

select * from finish();
rollback;
