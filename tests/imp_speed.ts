import { cloneDatabase } from './harness/database.ts';
import { Office } from './database/imports/office.ts';
const N = Number(process.argv[2] ?? 10000), PER = Number(process.argv[3] ?? 10);
const database = await cloneDatabase('speed');
const admin = await database.asAdmin();

const office = await Office.open(database, 'manager@acme.test');
const tenant = (await admin.one<{id:string}>("select id from public.tenants where slug='acme'")).id;
await admin.query(`insert into public.products (tenant_id, sku, name, base_price) select $1, 'SP-'||n, 'Speed '||n, 10 from generate_series(1,500) n`, [tenant]);
const customers = (await admin.query<{code:string}>("select code from public.customers where tenant_id=$1 and status='active'", [tenant])).map(c=>c.code);
let t = Date.now(); 
const fs = await import('node:fs'); const pids = (await admin.query<{pid:number}>(`select pid from pg_stat_activity where datname=current_database()`)).map(r=>r.pid);
const cpu = () => pids.reduce((sum, pid) => { const f = fs.readFileSync(`/proc/${pid}/stat`,'utf8').split(') ')[1]!.split(' '); return sum + (Number(f[11])+Number(f[12]))*10; }, 0);
let c = cpu();
const lap = (n: string) => { const c2 = cpu(); console.log(n.padEnd(20), 'wall', Date.now() - t, 'cpu', c2 - c); t = Date.now(); c = c2; };
const headers = ['reference','customer','product','quantity','depot'];
const { id } = await office.person.rpc<{id:string}>('create_import', { target: 'order', file_name: 'o.csv', format: 'CSV', headers: '{'+headers.join()+'}', mapping: Object.fromEntries(headers.map(h=>[h,h])) });
for (let from = 0; from < N; from += 2000) {
  const rows = Array.from({ length: Math.min(2000, N - from) }, (_, i) => { const n = from + i; const o = Math.floor(n / PER);
    const values = { reference: `R-${o}`, customer: customers[o % customers.length] as string, product: `SP-${(n * 7) % 500 + 1}`, quantity: '3', depot: 'NBO' };
    return { line: n + 2, values, cells: Object.values(values) }; });
  await office.person.rpc('stage_import_rows', { import_id: id, rows });
}
lap('staged');
await office.person.rpc('check_import', { import_id: id }); lap('check command');
await office.work(1); lap('one check batch');
if (process.argv[4]) await admin.query('analyze');
await office.work(); lap('check');
console.log(await office.record(id), await office.person.query('select error_key, error_details, count(*) from public.import_rows group by 1,2 limit 5'));
await office.person.rpc('run_import', { import_id: id }); await office.work(3); lap('run 3 batches'); if (process.argv[4]) await admin.query('analyze'); await office.work(); lap('run');
console.log(await office.record(id));
console.log(await office.person.rpc('undo_import', { import_id: id }).catch((e)=>e.detail));
if(0) await office.person.rpc('undo_import', { import_id: id }); lap('undo command'); await office.work(); lap('undone');
console.log(await office.record(id));
await database.drop();
