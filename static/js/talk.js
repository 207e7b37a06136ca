// A page that nobody looks at does not ask what is new; it asks as soon as somebody does.
"use strict";
(() => {
  const place = "look-again";
  document.addEventListener("htmx:beforeRequest", event => {
    if (document.hidden && event.target.id === place) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    const waiting = document.getElementById(place);
    if (!document.hidden && waiting) htmx.trigger(waiting, "look");
  });
})();
