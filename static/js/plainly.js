/* Where HTMX fails with what a reader asked for, the browser does it the plain way, which says what
   is wrong: too many in an hour, a session that has ended, a server that is away. */
(() => {
  "use strict";
  const plainly = ({ detail: { requestConfig: { elt } } }) => {
    if (elt.matches("form")) HTMLFormElement.prototype.submit.call(elt);
    else if (elt.matches("a[href]")) location.assign(elt.getAttribute("href"));
  };
  document.addEventListener("htmx:sendError", plainly);
  document.addEventListener("htmx:responseError", plainly);
})();
