/** Made by `web/help.ts` when the portal is built: HTML by the address of the page. */
declare module 'virtual:help/en' {
  const parts: Record<string, string>;
  export default parts;
}
declare module 'virtual:help/sw' {
  const parts: Record<string, string>;
  export default parts;
}
