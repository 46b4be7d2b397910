/* Light or dark before the first paint: what the reader chose, else what the system prefers. */
(function () {
  "use strict";
  var root = document.documentElement;
  if (!root.dataset.bsTheme) {
    var dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.bsTheme = dark ? "dark" : "light";
  }
})();
