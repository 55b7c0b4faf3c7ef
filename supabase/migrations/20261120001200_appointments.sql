-- Family 12, records: appointments: which kinds there are, when people can be booked, and what was agreed.

create type public.appointment_status as enum ('requested', 'scheduled', 'confirmed', 'completed', 'no_show', 'cancelled');
create type public.appointment_place as enum ('visit', 'call', 'shop');
create type public.appointment_outcome as enum ('qualified', 'follow_up', 'not_interested', 'settled');

create table public.appointment_types (
  like private.record including defaults including indexes,
  name text not null,
  place public.appointment_place not null default 'visit',
  minutes integer not null default 30,
  every_minutes integer not null default 30,
  buffer_before integer not null default 0,
  buffer_after integer not null default 0,
  notice_hours integer not null default 2,
  horizon_days integer not null default 30,
  per_day integer,
  per_booker integer,
  needs_approval boolean not null default false,
  team_id uuid,
  is_shared boolean not null default false,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, team_id) references public.teams (tenant_id, id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint appointment_lasts check (minutes between 5 and 720),
  constraint slots_come_regularly check (every_minutes between 5 and 240),
  constraint buffers_are_bounded check (buffer_before between 0 and 240 and buffer_after between 0 and 240),
  constraint booking_window_is_bounded check (notice_hours between 0 and 720 and horizon_days between 1 and 365),
  constraint booking_limits_are_bounded check (per_day between 1 and 100 and per_booker between 1 and 100)
);
create index appointment_types_team on public.appointment_types (tenant_id, team_id) where team_id is not null;
comment on table public.appointment_types is 'Kinds of appointments: how long they last, and who can book them when.';
comment on column public.appointment_types.every_minutes is 'Slots begin so many minutes apart, counted from midnight in the company''s time zone.';
comment on column public.appointment_types.buffer_before is 'Minutes before the appointment in which its person is not free either; buffer_after: behind it.';
comment on column public.appointment_types.notice_hours is 'Nothing is offered sooner than this.';
comment on column public.appointment_types.horizon_days is 'Nothing is offered later than this.';
comment on column public.appointment_types.per_day is 'As many of them one person takes on one day; null: no limit.';
comment on column public.appointment_types.per_booker is 'As many of them somebody (by e-mail address) has open at a time by the booking link; null: no limit.';
comment on column public.appointment_types.needs_approval is 'What is booked by the link is a request first.';
comment on column public.appointment_types.team_id is 'Who can do it: the members of this team; null: everybody with hours.';
comment on column public.appointment_types.is_shared is 'There is a link by which people without an account book it (share_appointment_type).';
select private.manage_table('public.appointment_types', 'appointment_type');
select private.set_audience('appointment_type', 'appointments.view');
select private.register_error('appointment_type_taken', 409, 'There is a kind of appointment of this name already.', 'Choose another name, or use that one.');
select private.refuse_taken('public.appointment_types', 'appointment_types_tenant_id_name_key', 'appointment_type_taken');
select private.register_error('appointment_lasts', 422, 'An appointment cannot last this long.', 'Enter 5 to 720 minutes.');
select private.register_error('slots_come_regularly', 422, 'Slots cannot begin so many minutes apart.', 'Enter 5 to 240 minutes.');
select private.register_error('buffers_are_bounded', 422, 'This time before or after is not possible.', 'Enter 0 to 240 minutes.');
select private.register_error('booking_window_is_bounded', 422, 'This notice or horizon is not possible.', 'Enter 0 to 720 hours of notice and 1 to 365 days ahead.');
select private.register_error('booking_limits_are_bounded', 422, 'This limit is not possible.', 'Enter 1 to 100, or leave it empty.');

create table public.availability (
  like private.record including defaults including indexes,
  agent_id uuid not null default auth.uid() references public.users (id),
  weekday integer not null,
  opens time not null,
  closes time not null,
  foreign key (tenant_id, agent_id) references public.memberships (tenant_id, user_id),
  unique (tenant_id, agent_id, weekday, opens),
  constraint weekday_is_one check (weekday between 1 and 7),
  constraint hours_are_ordered check (opens < closes)
);
create index availability_agent on public.availability (agent_id);
comment on table public.availability is 'When people can be booked, week by week, in the company''s time zone; ranges that overlap count as one.';
comment on column public.availability.weekday is '1 is Monday, 7 is Sunday.';
select private.manage_table('public.availability', 'availability');
select private.set_audience('availability', 'appointments.view');
select private.register_error('availability_taken', 409, 'There are hours of this person that begin then already.', 'Change those instead.');
select private.refuse_taken('public.availability', 'availability_tenant_id_agent_id_weekday_opens_key', 'availability_taken');
select private.register_error('weekday_is_one', 422, 'There is no such day of the week.', 'Enter 1 for Monday to 7 for Sunday.');
select private.register_error('hours_are_ordered', 422, 'The hours end before they begin.', 'Enter an end that is later than the beginning.');

create table public.availability_exceptions (
  like private.record including defaults including indexes,
  agent_id uuid not null default auth.uid() references public.users (id),
  day date not null,
  opens time,
  closes time,
  foreign key (tenant_id, agent_id) references public.memberships (tenant_id, user_id),
  unique (tenant_id, agent_id, day),
  constraint exception_day_is_near check (day between '2000-01-01' and '2100-01-01'),
  constraint exception_hours_are_ordered check ((opens is null) = (closes is null) and coalesce(opens < closes, true))
);
create index availability_exceptions_agent on public.availability_exceptions (agent_id);
comment on table public.availability_exceptions is 'Days on which somebody can be booked at other hours than in other weeks, or not at all (opens and closes are null).';
select private.manage_table('public.availability_exceptions', 'availability_exception');
select private.set_audience('availability_exception', 'appointments.view');
select private.register_error('availability_exception_taken', 409, 'There is an exception of this person on this day already.', 'Change that one instead.');
select private.refuse_taken('public.availability_exceptions', 'availability_exceptions_tenant_id_agent_id_day_key', 'availability_exception_taken');
select private.register_error('exception_day_is_near', 422, 'This is not a day on which somebody can be booked.', 'Enter a day between 2000 and 2100.');
select private.register_error('exception_hours_are_ordered', 422, 'The hours of that day are not complete, or end before they begin.', 'Enter both with the end behind the beginning, or neither for a day off.');

create table public.appointments (
  like private.record including defaults including indexes,
  number text not null,
  status public.appointment_status not null default 'requested',
  type_id uuid not null,
  agent_id uuid not null references public.users (id),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  buffer_before integer not null default 0,
  buffer_after integer not null default 0,
  lead_id uuid,
  deal_id uuid,
  customer_id uuid,
  place_text text,
  latitude numeric(9,6),
  longitude numeric(9,6),
  notes text,
  outcome public.appointment_outcome,
  status_reason text,
  booked_by_link boolean not null default false,
  is_open boolean not null generated always as (status in ('requested', 'scheduled', 'confirmed')) stored,
  is_booked boolean not null generated always as (status in ('scheduled', 'confirmed')) stored,
  foreign key (tenant_id, type_id) references public.appointment_types (tenant_id, id),
  foreign key (tenant_id, agent_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, lead_id) references public.leads (tenant_id, id),
  foreign key (tenant_id, deal_id) references public.deals (tenant_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  unique (tenant_id, number),
  constraint appointment_is_with_one check (num_nonnulls(lead_id, deal_id, customer_id) = 1),
  constraint appointment_time_is_near check (starts_at > '2000-01-01' and starts_at < ends_at and ends_at <= starts_at + interval '12 hours' and ends_at < '2100-01-01'),
  constraint place_text_is_short check (length(place_text) <= 300),
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
  constraint position_is_complete check ((latitude is null) = (longitude is null)),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint outcome_is_recorded check ((status = 'completed') = (outcome is not null)),
  constraint buffers_are_bounded check (buffer_before between 0 and 240 and buffer_after between 0 and 240)
);
create index appointments_user on public.appointments (agent_id);
create index appointments_agent on public.appointments (tenant_id, agent_id, starts_at);
create index appointments_type on public.appointments (tenant_id, type_id, starts_at);
create index appointments_lead on public.appointments (tenant_id, lead_id) where lead_id is not null;
create index appointments_deal on public.appointments (tenant_id, deal_id) where deal_id is not null;
create index appointments_customer on public.appointments (tenant_id, customer_id) where customer_id is not null;
create index appointments_when on public.appointments (tenant_id, starts_at desc, id desc);
create index appointments_to_come on public.appointments (starts_at) where is_booked;
comment on table public.appointments is
  'When somebody of the company meets a lead, the customer of a deal or a customer. Seen by its person and his line (private.my_line), and by who sees all. While it is scheduled or confirmed its person is taken (private.person_timeline); a request takes nobody.';
comment on column public.appointments.agent_id is 'Account of whoever keeps it.';
comment on column public.appointments.buffer_before is 'Minutes before in which its person is taken, too; as the type said when it was made.';
comment on column public.appointments.is_open is 'Still to come, or waiting for a decision.';
comment on column public.appointments.is_booked is 'Its person is taken.';
select private.register_document('public.appointments', 'appointment', 'requested', 'appointments.view', '/appointments', prefix => 'APT');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('appointment', 'requested', 'schedule', 'scheduled', 'appointments.edit', 'appointment.scheduled'),
  ('appointment', 'scheduled', 'confirm', 'confirmed', 'appointments.edit', 'appointment.confirmed'),
  ('appointment', 'scheduled', 'complete', 'completed', 'appointments.edit', 'appointment.completed'),
  ('appointment', 'confirmed', 'complete', 'completed', 'appointments.edit', 'appointment.completed'),
  ('appointment', 'scheduled', 'miss', 'no_show', 'appointments.edit', 'appointment.missed'),
  ('appointment', 'confirmed', 'miss', 'no_show', 'appointments.edit', 'appointment.missed'),
  ('appointment', 'scheduled', 'release', 'requested', 'appointments.manage', 'appointment.released'),
  ('appointment', 'confirmed', 'release', 'requested', 'appointments.manage', 'appointment.released'),
  ('appointment', 'requested', 'cancel', 'cancelled', 'appointments.edit', 'appointment.cancelled'),
  ('appointment', 'scheduled', 'cancel', 'cancelled', 'appointments.edit', 'appointment.cancelled'),
  ('appointment', 'confirmed', 'cancel', 'cancelled', 'appointments.edit', 'appointment.cancelled');
insert into private.in_place_commands (machine, command, state, permission)
select 'appointment', c, s, 'appointments.edit' from pg_catalog.unnest(array['reschedule', 'share']) c, pg_catalog.unnest(array['requested', 'scheduled', 'confirmed']) s;
insert into private.waiting_states (machine, state, permission) values ('appointment', 'requested', 'appointments.edit');

select private.register_error('appointment_is_with_one', 422, 'An appointment is with one lead, about one deal or with one customer.', 'Choose one of them.');
select private.register_error('appointment_time_is_near', 422, 'This is not a time for an appointment.', 'Enter a time between 2000 and 2100, and at most twelve hours.');
select private.register_error('place_text_is_short', 422, 'The place is too long.', 'Shorten it to 300 characters.');
select private.register_error('person_busy', 409, 'This person has something else at that time.', 'Choose another time or person, or have what is named in the details moved first.');
select private.register_error('vehicle_busy', 409, 'The vehicle is somewhere else at that time.', 'Choose another vehicle or other times.');
