/* Before the first paint: light or dark, as the reader chose, else as the system prefers. */
(function () {
  "use strict";
  var root = document.documentElement;
  if (!root.dataset.bsTheme) {
    var dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.bsTheme = dark ? "dark" : "light";
  }
  // Files and the like tell moments in the reader's zone.
  var zone = window.Intl && new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = "zone=" + zone + ";path=/;max-age=31536000;samesite=lax";
})();
