import { afterAll, beforeAll, test } from 'vitest';
import { hold, titled } from './_support/hold.ts';
import { openLibrary, type Case, type Library } from './_support/library.ts';

const SELECT: Case[] = [
  { ask: 't_shelf?order=id&limit=1', json: [{ id: 1, label: 'Top' }] },
  { ask: 't_shelf?select=label&id=eq.2', json: [{ label: 'Low' }] },
  { ask: 't_shelf?select=nr:id::text,"label"&id=eq.2', json: [{ nr: '2', label: 'Low' }] },
  {
    ask: 't_shelf?select=id,label , again:label&id=eq.2',
    json: [{ id: 2, label: 'Low', again: 'Low' }],
  },
  { ask: 't_shelf?select=&id=eq.2', json: [{}] },
  { ask: 't_book?select=price::double precision&id=eq.1', json: [{ price: 9.5 }] },
  { ask: 't_book?select=loud&id=eq.1', json: [{ loud: 'ALPHA' }] },
  { ask: 't_book?select=l:loud&id=eq.1', json: [{ l: 'ALPHA' }] },
  // Parts of JSON: the last key names them.
  { ask: 't_book?select=extra->>lang&id=eq.1', json: [{ lang: 'en' }] },
  { ask: 't_book?select=extra->by->name&id=eq.1', json: [{ name: 'Ann' }] },
  { ask: 't_book?select=extra->parts->1&id=eq.1', json: [{ parts: 2 }] },
  { ask: 't_book?select=extra->parts->-1&id=eq.1', json: [{ parts: 2 }] },
  { ask: 't_book?select=x:extra->parts->>0::integer&id=eq.1', json: [{ x: 1 }] },
  { ask: 't_book?select=extra->nothing&id=eq.1', json: [{ nothing: null }] },
  { ask: 't_book?select=tags->0&id=eq.1', json: [{ tags: 'red' }] },
  { ask: 't_long?select=title&order=id', json: [{ title: 'Beta, or two' }, { title: 'alphabet' }] },
];

const EMBED: Case[] = [
  { ask: 't_book?select=id,t_shelf(label)&id=eq.1', json: [{ id: 1, t_shelf: { label: 'Top' } }] },
  { ask: 't_book?select=shelf:shelf_id(label)&id=eq.1', json: [{ shelf: { label: 'Top' } }] },
  { ask: 't_book?select=s:book_shelf(label)&id=eq.1', json: [{ s: { label: 'Top' } }] },
  { ask: 't_book?select=id,t_shelf(label)&id=eq.4', json: [{ id: 4, t_shelf: null }] },
  {
    ask: 't_shelf?select=label,t_book(id)&t_book.order=id.desc&order=id',
    json: [
      { label: 'Top', t_book: [{ id: 2 }, { id: 1 }] },
      { label: 'Low', t_book: [{ id: 3 }] },
      { label: 'Empty', t_book: [] },
    ],
  },
  {
    ask: 't_shelf?select=label,b:t_book!inner(id)&b.pages=gt.260',
    json: [{ label: 'Top', b: [{ id: 2 }] }],
  },
  { ask: 't_shelf?select=label,t_book!inner()&t_book.id=eq.3', json: [{ label: 'Low' }] },
  { ask: 't_shelf?select=label,t_book()&t_book=is.null', json: [{ label: 'Empty' }] },
  {
    ask: 't_shelf?select=label,t_book()&or=(t_book.is.null,label.eq.Top)&order=id',
    json: [{ label: 'Top' }, { label: 'Empty' }],
  },
  {
    ask: 't_shelf?select=id,t_book(id)&t_book.order=id&t_book.limit=1&t_book.offset=1&id=eq.1',
    json: [{ id: 1, t_book: [{ id: 2 }] }],
  },
  {
    ask: 't_shelf?select=id,t_book(id)&t_book.or=(id.eq.1,pages.is.null)&id=eq.1',
    json: [{ id: 1, t_book: [{ id: 1 }] }],
  },
  // One to one, from both sides.
  { ask: 't_card?select=t_reader(name)&id=eq.10', json: [{ t_reader: { name: 'Ann' } }] },
  {
    ask: 't_reader?select=name,t_card(id)&order=id',
    json: [
      { name: 'Ann', t_card: { id: 10 } },
      { name: 'Bob', t_card: { id: 20 } },
      { name: 'Cem', t_card: null },
    ],
  },
  // Through a table whose key is that of both.
  {
    ask: 't_book?select=id,t_reader(name)&t_reader.order=name&id=lte.2&order=id',
    json: [
      { id: 1, t_reader: [{ name: 'Ann' }, { name: 'Bob' }] },
      { id: 2, t_reader: [{ name: 'Ann' }] },
    ],
  },
  {
    ask: 't_reader?select=name,t_book!t_loan!inner(id)&t_book.id=eq.2',
    json: [{ name: 'Ann', t_book: [{ id: 2 }] }],
  },
  {
    ask: 't_loan?select=days,t_book(title),t_reader(name)&days=eq.3',
    json: [{ days: 3, t_book: { title: 'Alpha' }, t_reader: { name: 'Bob' } }],
  },
  // To the table itself: its column leads up, its name down.
  { ask: 't_book?select=id,before:next_id(id)&id=eq.2', json: [{ id: 2, before: { id: 1 } }] },
  { ask: 't_book?select=id,after:t_book(id)&id=eq.1', json: [{ id: 1, after: [{ id: 2 }] }] },
  { ask: 't_book?select=after:t_book!book_next(id)&id=eq.1', json: [{ after: [{ id: 2 }] }] },
  {
    ask: 't_book?select=id,a:t_book(id,b:t_book(id))&id=eq.1',
    json: [{ id: 1, a: [{ id: 2, b: [{ id: 3 }] }] }],
  },
  // By a function of the row.
  { ask: 't_book?select=id,mates(id)&id=eq.1', json: [{ id: 1, mates: [{ id: 2 }] }] },
  {
    ask: 't_book?select=id,mates(t_shelf(label))&id=eq.1',
    json: [{ id: 1, mates: [{ t_shelf: { label: 'Top' } }] }],
  },
  // Columns of a related row among the own.
  { ask: 't_book?select=id,...t_shelf(label)&id=eq.1', json: [{ id: 1, label: 'Top' }] },
  {
    ask: 't_book?select=id,...t_shelf(shelf:label,n:id)&id=eq.4',
    json: [{ id: 4, shelf: null, n: null }],
  },
  {
    ask: 't_loan?select=...t_book(title,...t_shelf(label))&days=eq.3',
    json: [{ title: 'Alpha', label: 'Top' }],
  },
  { ask: 't_card?select=...t_reader(*)&id=eq.10', json: [{ id: 1, name: 'Ann' }] },
  {
    ask: 't_shelf?select=label,...t_book(ids:id,title)&t_book.order=id&id=eq.1',
    json: [{ label: 'Top', ids: [1, 2], title: ['Alpha', 'Beta, or two'] }],
  },
];

const ORDER: Case[] = [
  { ask: 't_book?select=id&order=pages', json: [1, 3, 2, 4].map((id) => ({ id })) },
  { ask: 't_book?select=id&order=pages.desc', json: [4, 2, 3, 1].map((id) => ({ id })) },
  { ask: 't_book?select=id&order=pages.desc.nullslast', json: [2, 3, 1, 4].map((id) => ({ id })) },
  { ask: 't_book?select=id&order=pages.nullsfirst', json: [4, 1, 3, 2].map((id) => ({ id })) },
  {
    ask: 't_book?select=id&order=shelf_id.desc.nullslast,id.desc',
    json: [3, 2, 1, 4].map((id) => ({ id })),
  },
  {
    ask: 't_book?select=id&order=extra->>lang.desc.nullslast,id',
    json: [2, 1, 3, 4].map((id) => ({ id })),
  },
  {
    ask: 't_book?select=id,t_shelf()&order=t_shelf(label).asc.nullslast,id.desc',
    json: [3, 2, 1, 4].map((id) => ({ id })),
  },
];

const PAGES: Case[] = [
  {
    ask: 't_book?select=id&order=id',
    answered: { 'content-range': '0-3/*', 'content-profile': 'public' },
  },
  {
    ask: 't_book?select=id&order=id',
    headers: { range: '1-2' },
    answered: { 'content-range': '1-2/*' },
  },
  {
    ask: 't_book?select=id&order=id&limit=2',
    headers: { prefer: 'count=exact' },
    status: 206,
    json: [{ id: 1 }, { id: 2 }],
    answered: { 'content-range': '0-1/4', 'preference-applied': 'count=exact' },
  },
  {
    ask: 't_book?id=lt.0',
    headers: { prefer: 'count=exact' },
    json: [],
    answered: { 'content-range': '*/0' },
  },
  { ask: 't_book?select=id&offset=4', json: [], answered: { 'content-range': '*/*' } },
  {
    ask: 't_book?select=id',
    headers: { prefer: 'count=none' },
    answered: { 'content-range': '0-3/*', 'preference-applied': null },
  },
  {
    ask: 't_book?select=id&id=eq.1',
    headers: { prefer: 'timezone=Africa/Nairobi, handling=strict, return=minimal' },
    json: [{ id: 1 }],
    answered: { 'preference-applied': 'handling=strict, timezone=Africa/Nairobi' },
  },
  {
    ask: 't_shelf?id=eq.2&select=id',
    answered: { 'content-location': '/t_shelf?id=eq.2&select=id' },
  },
  {
    ask: 't_book?select=id',
    method: 'HEAD',
    headers: { prefer: 'count=exact' },
    text: null,
    answered: { 'content-range': '0-3/4' },
  },
];

const SINGLE = 'application/vnd.pgrst.object+json';
const FORMS: Case[] = [
  {
    ask: 't_shelf?id=eq.1',
    headers: { accept: SINGLE },
    json: { id: 1, label: 'Top' },
    answered: { 'content-type': `${SINGLE}; charset=utf-8` },
  },
  {
    ask: 't_shelf?id=eq.1',
    headers: { accept: 'application/vnd.pgrst.object' },
    json: { id: 1, label: 'Top' },
  },
  {
    ask: 't_book?select=id,pages&id=eq.4',
    headers: { accept: `${SINGLE};nulls=stripped` },
    json: { id: 4 },
  },
  {
    ask: 't_book?select=id,pages&id=eq.4',
    headers: { accept: 'application/vnd.pgrst.array+json;nulls=stripped' },
    json: [{ id: 4 }],
  },
  {
    ask: 't_shelf?id=eq.1',
    headers: { accept: 'text/html, application/json;q=0.5' },
    json: [{ id: 1, label: 'Top' }],
  },
  {
    ask: 't_shelf?id=eq.1',
    headers: { accept: 'application/json;q=0.1, text/csv' },
    text: 'id,label\n1,Top',
  },
  {
    ask: 't_book?select=id,title,pages,extra->by&order=id',
    headers: { accept: 'text/csv' },
    text: 'id,title,pages,by\n1,Alpha,100,"{""name"": ""Ann""}"\n2,"Beta, or two",300,"{""name"": ""Bob""}"\n3,alphabet,250,\n4,,,',
    answered: { 'content-type': 'text/csv; charset=utf-8' },
  },
  { ask: 't_book?id=lt.0', headers: { accept: 'text/csv' }, text: '\n' },
];

let library: Library;

beforeAll(async () => {
  library = await openLibrary('reads');
});
afterAll(() => library.stop());

test.each(titled([...SELECT, ...EMBED, ...ORDER, ...PAGES, ...FORMS]))('%s', async (_, it) => {
  await hold(library, it);
});
