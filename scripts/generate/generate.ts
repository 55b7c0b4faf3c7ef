/**
 * Writes the files that are made from the database: contract.json, types, docs. `--check` only says
 * which are not current (exit 1). `--database-url=…` reads that database; without it a throw-away
 * server with all migrations is started.
 */
import { connect } from '../../supabase/stack/database.ts';
import { startTestServer, TEMPLATE } from '../../tests/harness/server.ts';
import { GENERATED_FILES, isCurrent, write } from './artefacts.ts';
import { readCatalogue, type Catalogue } from './catalogue.ts';

async function catalogueOf(url: string): Promise<Catalogue> {
  const client = await connect(url);
  try {
    return await readCatalogue(client);
  } finally {
    await client.end();
  }
}

async function catalogueOfFiles(): Promise<Catalogue> {
  const server = await startTestServer();
  try {
    return await catalogueOf(`${server.url}/${TEMPLATE}`);
  } finally {
    await server.stop();
  }
}

const given = process.argv.find((argument) => argument.startsWith('--database-url='));
const catalogue = given
  ? await catalogueOf(given.slice('--database-url='.length))
  : await catalogueOfFiles();

for (const path of GENERATED_FILES) {
  if (!process.argv.includes('--check')) {
    await write(path, catalogue);
    console.log(path);
  } else if (!(await isCurrent(path, catalogue))) {
    console.error(`${path} is not current. Run npm run generate.`);
    process.exitCode = 1;
  }
}
