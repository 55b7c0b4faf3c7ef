// Runs before the first paint, so that a dark desk never sees a white flash.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem('mode-watcher-mode');
  } catch {
    // Storage may be blocked; the system preference decides then.
  }
  var dark =
    stored === 'dark' ||
    (stored !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
