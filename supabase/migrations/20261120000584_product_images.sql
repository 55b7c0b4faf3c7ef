-- Family 05, catalogue: pictures of products.

-- One folder per company. Policies are in policies/.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('product-images', 'product-images', false, 2097152, array['image/jpeg', 'image/png', 'image/webp'])
on conflict (id) do nothing;

create table public.product_images (
  like private.record including defaults including indexes,
  product_id uuid not null,
  place integer not null,
  alt text,
  path text not null,
  thumbnail text not null,
  unique (tenant_id, path),
  -- Those of one product change places in one statement.
  unique (tenant_id, product_id, place) deferrable initially deferred,
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint image_place_is_one_of_ten check (place between 1 and 10),
  constraint image_text_is_short check (btrim(alt) <> '' and length(alt) <= 200),
  -- By what it holds as well: so does every JPEG begin in base64.
  constraint thumbnail_is_a_small_picture check (length(thumbnail) <= 12000 and thumbnail ~ '^data:image/jpeg;base64,/9j/[A-Za-z0-9+/]*={0,2}$')
);
comment on table public.product_images is
  'Pictures of products, the first one (place 1) for lists. What is stored under path in the bucket product-images is the picture itself. Written by add_product_image, describe_product_image, lead_with_product_image and remove_product_image.';
comment on column public.product_images.alt is 'What is on it, for who does not see it; null: the name of the product says it.';
comment on column public.product_images.path is 'Where it lies: <company>/<anything>.';
comment on column public.product_images.thumbnail is 'The same, small, as a data URL of a JPEG: lists show it without asking storage for each row.';
select private.manage_table('public.product_images', 'product_image');
select private.set_audience('product_image', 'products.view');

select private.register_error('image_text_is_short', 422, 'What is on the picture is said in too many words.', 'Shorten it to 200 characters.');
select private.register_error('thumbnail_is_a_small_picture', 422, 'The small picture is no JPEG, or too large.', 'Send a data URL of a JPEG of at most 12,000 characters.');
select private.register_error('product_image_taken', 409, 'This picture belongs to a product already.', 'Store it once more to add it to another one.');
select private.register_error('product_images_are_full', 409, 'This product has ten pictures already.', 'Remove one that is no longer needed.');
select private.register_error('picture_not_found', 422, 'The picture is not stored yet, or somebody else stored it.', 'Store it in the folder of the company first.');
select private.refuse_taken('public.product_images', 'product_images_tenant_id_path_key', 'product_image_taken');

create function private.lock_pictured(tenant uuid, product_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  perform from public.products p where p.tenant_id = tenant and p.id = product_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('product_id', product_id));
  end if;
end
$$;
comment on function private.lock_pictured(uuid, uuid) is 'Locks a product, whose pictures are changed one after the other. Raises record_not_found.';

create function private.lock_product_image(tenant uuid, product_image_id uuid, expected_version integer default null) returns public.product_images
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.product_images;
begin
  -- The product before its pictures, so that two people wait for each other in one order.
  perform private.lock_pictured(tenant, i.product_id) from public.product_images i where i.tenant_id = tenant and i.id = product_image_id;
  select * into target from public.product_images i where i.tenant_id = tenant and i.id = product_image_id for update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('product_image_id', product_image_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_product_image(uuid, uuid, integer) is 'Locks a picture and its product. Raises record_not_found, version_conflict.';

create function private.number_product_images(tenant uuid, product_id uuid, ahead uuid default null) returns void
language sql security definer set search_path = ''
as $$
  update public.product_images i set place = n.place
  from (
    select x.id, pg_catalog.row_number() over (order by (x.id = number_product_images.ahead) desc nulls last, x.place) as place
    from public.product_images x where x.tenant_id = number_product_images.tenant and x.product_id = number_product_images.product_id
  ) n
  where i.tenant_id = number_product_images.tenant and i.id = n.id and i.place <> n.place
$$;
comment on function private.number_product_images(uuid, uuid, uuid) is 'Gives the pictures of a product the places from 1, one of them the first. The product is locked.';

create function private.image_text(alt text) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  if pg_catalog.length(pg_catalog.btrim(alt)) > 200 then
    perform private.fail('image_text_is_short', '{"alt": null}');
  end if;
  return nullif(pg_catalog.btrim(alt), '');
end
$$;
comment on function private.image_text(text) is 'What is on a picture, as it is kept. Raises image_text_is_short.';

create function private.add_product_image(product_id uuid, path text, thumbnail text, alt text default null) returns public.product_images
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('products.edit');
  present integer;
  added public.product_images;
begin
  perform private.lock_pictured(tenant, product_id);
  if thumbnail is null or pg_catalog.length(thumbnail) > 12000 or thumbnail !~ '^data:image/jpeg;base64,/9j/[A-Za-z0-9+/]*={0,2}$' then
    perform private.fail('thumbnail_is_a_small_picture', '{"thumbnail": null}');
  end if;
  if not exists (
    select from storage.objects o
    where o.bucket_id = 'product-images' and o.name = path and o.owner_id = auth.uid()::text and (storage.foldername(o.name))[1] = tenant::text
  ) then
    perform private.fail('picture_not_found', pg_catalog.jsonb_build_object('path', path));
  end if;
  select count(*) into present from public.product_images i where i.tenant_id = tenant and i.product_id = product_id;
  if present >= 10 then
    perform private.fail('product_images_are_full', pg_catalog.jsonb_build_object('product_id', product_id));
  end if;
  insert into public.product_images (tenant_id, product_id, place, alt, path, thumbnail)
  values (tenant, product_id, present + 1, private.image_text(alt), path, thumbnail)
  returning * into added;
  return added;
end
$$;
comment on function private.add_product_image(uuid, text, text, text) is
  'Adds a picture, which the caller has stored in the bucket product-images under his company''s folder, to a product, behind those that it has; thumbnail: the same as a data URL of a small JPEG; alt: what is on it. Raises record_not_found, picture_not_found, thumbnail_is_a_small_picture, image_text_is_short, product_images_are_full, product_image_taken, permission_denied.';
select private.expose_command('add_product_image');

create function private.describe_product_image(product_image_id uuid, alt text, expected_version integer default null) returns public.product_images
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('products.edit');
  target public.product_images := private.lock_product_image(tenant, product_image_id, expected_version);
begin
  update public.product_images i set alt = private.image_text(describe_product_image.alt) where i.tenant_id = tenant and i.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.describe_product_image(uuid, text, integer) is
  'Says what is on a picture; nothing: the name of the product does. Raises image_text_is_short, record_not_found, version_conflict, permission_denied.';
select private.expose_command('describe_product_image');

create function private.lead_with_product_image(product_image_id uuid) returns public.product_images
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('products.edit');
  target public.product_images := private.lock_product_image(tenant, product_image_id);
begin
  perform private.number_product_images(tenant, target.product_id, target.id);
  select * into target from public.product_images i where i.tenant_id = tenant and i.id = target.id;
  return target;
end
$$;
comment on function private.lead_with_product_image(uuid) is 'Makes a picture the first of its product, which lists show. Raises record_not_found, permission_denied.';
select private.expose_command('lead_with_product_image');

create function private.remove_product_image(product_image_id uuid) returns public.product_images
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('products.edit');
  target public.product_images := private.lock_product_image(tenant, product_image_id);
begin
  delete from public.product_images i where i.tenant_id = tenant and i.id = target.id;
  perform private.number_product_images(tenant, target.product_id);
  return target;
end
$$;
comment on function private.remove_product_image(uuid) is
  'Takes a picture off its product; answers what it was, so that it can be removed from storage, too. Raises record_not_found, permission_denied.';
select private.expose_command('remove_product_image');

create function private.is_pictured(object_name text) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select from public.product_images i where i.path = object_name)
$$;
comment on function private.is_pictured(text) is 'Whether a stored picture belongs to a product; only one that does not is removed from storage.';
