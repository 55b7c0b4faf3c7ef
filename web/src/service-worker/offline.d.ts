/** Made by `web/offline.ts` when the portal is built: addresses of what a driver needs without a network. */
declare module 'virtual:offline' {
  const files: string[];
  export default files;
}
