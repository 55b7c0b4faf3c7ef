-- Family 08, delivery: the causes of variances, in the words of the company.

create table public.variance_codes (
  like private.record including defaults including indexes,
  code text not null,
  name text not null,
  needs_person boolean not null default false,
  is_breakage boolean not null default false,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, code),
  unique (tenant_id, name),
  constraint code_is_a_word check (code ~ '^[a-z][a-z0-9_]{0,29}$'),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name))
);
comment on table public.variance_codes is 'The causes a difference is accepted under, in the words of the company. The code stays: other systems and what was decided know a cause by it.';
comment on column public.variance_codes.needs_person is 'Whether somebody answers for what is missing under it; otherwise the loss account may.';
comment on column public.variance_codes.is_breakage is 'The containers that are missing under it are broken; otherwise they are lost.';
select private.manage_table('public.variance_codes', 'variance_code');
select private.set_audience('variance_code', 'variances.view');
select private.register_error('code_is_a_word', 422, 'A code is small letters, digits and underscores, 30 at most, and begins with a letter.', 'Write it like short_loaded.');
select private.register_error('variance_code_taken', 409, 'There is a cause of this code already.', 'Choose another code, or use that one.');
select private.register_error('variance_name_taken', 409, 'There is a cause of this name already.', 'Choose another name, or use that one.');
select private.refuse_taken('public.variance_codes', 'variance_codes_tenant_id_code_key', 'variance_code_taken');
select private.refuse_taken('public.variance_codes', 'variance_codes_tenant_id_name_key', 'variance_name_taken');
select private.register_error('variance_code_not_available', 422, 'The company has no such cause in use.', 'Choose one of the list.');
select private.register_error('responsible_required', 422, 'Somebody has to answer for a difference of this cause.', 'Name the person, or choose another cause.');

create function private.tg_tenants__give_variance_codes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.variance_codes (tenant_id, code, name, is_breakage) values
    (new.id, 'customer_refused', 'Customer refused', false), (new.id, 'damaged', 'Damaged', true), (new.id, 'lost', 'Lost', false), (new.id, 'stolen', 'Stolen', false),
    (new.id, 'counting_error', 'Counting error', false), (new.id, 'short_loaded', 'Short loaded', false), (new.id, 'other', 'Other', false);
  return null;
end
$$;
comment on function private.tg_tenants__give_variance_codes() is 'Gives a new company the causes of variances that it begins with. counting_error is also the cause of what a late delivery explains (private.explain_difference).';
create trigger _300_give_variance_codes after insert on public.tenants for each row execute function private.tg_tenants__give_variance_codes();

alter table public.variances add foreign key (tenant_id, code) references public.variance_codes (tenant_id, code);
create index variances_code on public.variances (tenant_id, code) where code is not null;
