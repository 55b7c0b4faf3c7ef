import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRest, type Rest } from './_support/rest.ts';

/** Two companies that use the same ids, as keys of two columns allow. */
const ROWS = `
create table public.t_firm (tenant integer, id integer, name text, primary key (tenant, id));
create table public.t_person (
  tenant integer, id integer, firm_id integer, name text, age integer, primary key (tenant, id),
  constraint person_firm foreign key (tenant, firm_id) references public.t_firm (tenant, id)
);
create table public.t_desk (
  tenant integer, person_id integer, label text, constraint one_desk unique (tenant, person_id),
  constraint desk_person foreign key (tenant, person_id) references public.t_person (tenant, id)
);
create table public.t_visit (
  tenant integer, id integer, host_id integer, guest_id integer, primary key (tenant, id),
  constraint visit_host foreign key (tenant, host_id) references public.t_person (tenant, id),
  constraint visit_guest foreign key (tenant, guest_id) references public.t_person (tenant, id)
);
create table public.t_town (id integer primary key, name text);
create table public.t_trip (id integer primary key, town_id integer constraint trip_town references public.t_town);
create table public.t_club (id integer primary key, name text);
create table public.t_joined (
  tenant integer, person_id integer, club_id integer references public.t_club,
  primary key (tenant, person_id, club_id), foreign key (tenant, person_id) references public.t_person (tenant, id)
);
insert into public.t_club values (1, 'Chess'), (2, 'Judo');
insert into public.t_firm values (1, 1, 'Acme'), (1, 2, 'Empty'), (2, 1, 'Globex');
insert into public.t_person values
  (1, 1, 1, 'Ann', 30), (1, 2, 1, 'Bob', 20), (1, 3, null, 'Cem', 40), (2, 1, 1, 'Gil', 50);
insert into public.t_desk values (1, 1, 'window'), (2, 1, 'door');
insert into public.t_visit values (1, 1, 1, 2), (1, 2, 2, 3), (2, 1, 1, null);
insert into public.t_town values (1, 'Nairobi');
insert into public.t_trip values (1, 1), (2, null);
insert into public.t_joined values (1, 1, 1), (1, 1, 2), (2, 1, 2);
create function public.greeting(public.t_person) returns text language sql stable as $$ select 'Hi ' || $1.name $$;
grant select on public.t_firm, public.t_person, public.t_desk, public.t_visit, public.t_town, public.t_trip, public.t_club, public.t_joined to authenticated;
grant execute on function public.greeting to authenticated;`;

let rest: Rest;

beforeAll(async () => {
  rest = await startRest('embedding', ROWS);
});

afterAll(() => rest.stop());

async function rows(path: string): Promise<unknown> {
  const { status, json } = await rest.ask(path);
  expect(status).toBe(200);
  return json;
}

test('a key of several columns leads to the row of the same company', async () => {
  expect(await rows('t_person?select=name,t_firm(name)&order=tenant,id')).toEqual([
    { name: 'Ann', t_firm: { name: 'Acme' } },
    { name: 'Bob', t_firm: { name: 'Acme' } },
    { name: 'Cem', t_firm: null },
    { name: 'Gil', t_firm: { name: 'Globex' } },
  ]);
  expect(
    await rows('t_firm?select=name,people:t_person(name)&order=tenant,id&people.order=name.desc'),
  ).toEqual([
    { name: 'Acme', people: [{ name: 'Bob' }, { name: 'Ann' }] },
    { name: 'Empty', people: [] },
    { name: 'Globex', people: [{ name: 'Gil' }] },
  ]);
});

test('a table may be named by its key, and with two keys it has to be', async () => {
  expect(await rows('t_person?select=firm:person_firm(name)&id=eq.2')).toEqual([
    { firm: { name: 'Acme' } },
  ]);
  expect(
    await rows(
      't_visit?select=host:t_person!visit_host(name),guest:t_person!visit_guest(name)&order=tenant,id',
    ),
  ).toEqual([
    { host: { name: 'Ann' }, guest: { name: 'Bob' } },
    { host: { name: 'Bob' }, guest: { name: 'Cem' } },
    { host: { name: 'Gil' }, guest: null },
  ]);
  expect(await rows('t_person?select=guests:t_visit!visit_host(guest_id)&name=eq.Ann')).toEqual([
    { guests: [{ guest_id: 2 }] },
  ]);
});

test('the column of a key that has only one names it as well', async () => {
  const town = [{ id: 1, town: { name: 'Nairobi' } }];
  expect(await rows('t_trip?select=id,town:town_id(name)&id=eq.1')).toEqual(town);
  expect(await rows('t_trip?select=id,town:t_town!town_id(name)&id=eq.1')).toEqual(town);
});

test('where a key can be used once only, each side is an object', async () => {
  expect(await rows('t_desk?select=label,t_person(name)&order=tenant')).toEqual([
    { label: 'window', t_person: { name: 'Ann' } },
    { label: 'door', t_person: { name: 'Gil' } },
  ]);
  expect(await rows('t_person?select=name,t_desk(label)&tenant=eq.1&id=lt.3&order=id')).toEqual([
    { name: 'Ann', t_desk: { label: 'window' } },
    { name: 'Bob', t_desk: null },
  ]);
});

test('a filter on a related table leaves out its rows, with !inner those of the list too', async () => {
  const left = 't_firm?select=name,t_person(name)&t_person.age=gt.25&order=tenant,id';
  expect(await rows(left)).toEqual([
    { name: 'Acme', t_person: [{ name: 'Ann' }] },
    { name: 'Empty', t_person: [] },
    { name: 'Globex', t_person: [{ name: 'Gil' }] },
  ]);
  const inner = left.replace('t_person(', 't_person!inner(');
  expect(await rows(inner)).toEqual([
    { name: 'Acme', t_person: [{ name: 'Ann' }] },
    { name: 'Globex', t_person: [{ name: 'Gil' }] },
  ]);
  expect(await rows('t_person?select=name,firm:t_firm!inner(name)&firm.name=ilike.*LOB*')).toEqual([
    { name: 'Gil', firm: { name: 'Globex' } },
  ]);
  expect(
    await rows('t_person?select=name,t_firm!left(name)&t_firm.name=eq.Globex&tenant=eq.1&id=eq.1'),
  ).toEqual([{ name: 'Ann', t_firm: null }]);
});

test('!inner counts, and reaches through several tables', async () => {
  const nested =
    't_firm?select=name,t_person!inner(name,t_desk!inner(label))&t_person.t_desk.label=eq.door';
  const { headers, json } = await rest.ask(nested, { prefer: 'count=exact' });
  expect(headers['content-range']).toBe('0-0/1');
  expect(json).toEqual([
    { name: 'Globex', t_person: [{ name: 'Gil', t_desk: { label: 'door' } }] },
  ]);
});

test('or and and work on related tables', async () => {
  expect(
    await rows(
      't_firm?select=t_person(name)&id=eq.1&tenant=eq.1&t_person.or=(age.lt.25,name.eq.Cem)',
    ),
  ).toEqual([{ t_person: [{ name: 'Bob' }] }]);
  expect(
    await rows(
      't_firm?select=t_person(name)&id=eq.1&tenant=eq.1&t_person.not.or=(age.lt.25,name.eq.Cem)',
    ),
  ).toEqual([{ t_person: [{ name: 'Ann' }] }]);
});

test('rows without a related one are found with is.null', async () => {
  expect(await rows('t_person?select=name,t_desk(label)&t_desk=is.null&order=tenant,id')).toEqual([
    { name: 'Bob', t_desk: null },
    { name: 'Cem', t_desk: null },
  ]);
  expect(await rows('t_person?select=name,t_desk(label)&t_desk=not.is.null&order=tenant')).toEqual([
    { name: 'Ann', t_desk: { label: 'window' } },
    { name: 'Gil', t_desk: { label: 'door' } },
  ]);
});

test('related rows have an order and pages of their own', async () => {
  const people = 't_firm?select=t_person(name)&tenant=eq.1&id=eq.1&t_person.order=age';
  expect(await rows(`${people}&t_person.limit=1`)).toEqual([{ t_person: [{ name: 'Bob' }] }]);
  expect(await rows(`${people}&t_person.limit=1&t_person.offset=1`)).toEqual([
    { t_person: [{ name: 'Ann' }] },
  ]);
});

test('a list is put in the order of a related row', async () => {
  expect(
    await rows('t_person?select=name,firm:t_firm(name)&order=firm(name).desc.nullslast,name'),
  ).toMatchObject([{ name: 'Gil' }, { name: 'Ann' }, { name: 'Bob' }, { name: 'Cem' }]);
});

test('computed fields of related rows are there too', async () => {
  expect(await rows('t_desk?select=t_person(greeting)&label=eq.door')).toEqual([
    { t_person: { greeting: 'Hi Gil' } },
  ]);
});

test('what does not belong together is refused in PostgREST’s words', async () => {
  expect(await rest.ask('t_firm?select=name,t_town(name)')).toMatchObject({
    status: 400,
    json: {
      code: 'PGRST200',
      details:
        "Searched for a foreign key relationship between 't_firm' and 't_town' in the schema 'public', but no matches were found.",
      hint: null,
      message: "Could not find a relationship between 't_firm' and 't_town' in the schema cache",
    },
  });
  // A key of two columns is not named by one of them.
  expect(await rest.ask('t_person?select=t_firm!firm_id(name)')).toMatchObject({
    status: 400,
    json: {
      code: 'PGRST200',
      details:
        "Searched for a foreign key relationship between 't_person' and 't_firm' using the hint 'firm_id' in the schema 'public', but no matches were found.",
    },
  });
  expect(await rest.ask('t_visit?select=t_person(name)')).toMatchObject({
    status: 300,
    json: {
      code: 'PGRST201',
      details: [
        {
          cardinality: 'many-to-one',
          embedding: 't_visit with t_person',
          relationship: 'visit_host using t_visit(tenant, host_id) and t_person(tenant, id)',
        },
        {
          cardinality: 'many-to-one',
          embedding: 't_visit with t_person',
          relationship: 'visit_guest using t_visit(tenant, guest_id) and t_person(tenant, id)',
        },
      ],
      hint: "Try changing 't_person' to one of the following: 't_person!visit_host', 't_person!visit_guest'. Find the desired relationship in the 'details' key.",
      message:
        "Could not embed because more than one relationship was found for 't_visit' and 't_person'",
    },
  });
  expect(await rest.ask('t_firm?select=name&t_person.age=gt.1')).toMatchObject({
    status: 400,
    json: {
      code: 'PGRST108',
      hint: "Verify that 't_person' is included in the 'select' query parameter.",
      message: "'t_person' is not an embedded resource in this request",
    },
  });
  expect(await rest.ask('t_firm?select=name,t_person(age)&order=t_person(age)')).toMatchObject({
    status: 400,
    json: {
      code: 'PGRST118',
      details: "'t_firm' and 't_person' do not form a many-to-one or one-to-one relationship",
      message: "A related order on 't_person' is not possible",
    },
  });
});

test('a table whose key is that of two others leads from one to the other', async () => {
  expect(await rows('t_person?select=name,t_club(name)&tenant=eq.1&order=id')).toEqual([
    { name: 'Ann', t_club: [{ name: 'Chess' }, { name: 'Judo' }] },
    { name: 'Bob', t_club: [] },
    { name: 'Cem', t_club: [] },
  ]);
  expect(await rows('t_club?select=name,t_person!inner(name)&t_person.tenant=eq.2')).toEqual([
    { name: 'Judo', t_person: [{ name: 'Gil' }] },
  ]);
  expect(await rest.ask('t_person?select=name,t_town(name)')).toMatchObject({ status: 400 });
});
