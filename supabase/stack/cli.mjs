// Plain JavaScript, so that an old Node can still read it and say what is wrong.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Mzigo needs Node 22.18 or later and this is ${process.versions.node}; run it with npm start, which uses the Node that npm install put into node_modules.`,
  );
  process.exit(1);
}
await import('./main.ts');
