// Everything works without this file. It makes swaps as clear as page loads,
// keeps "none of these" apart from other ticks, and tells when the line fails.
(() => {
  "use strict";

  const failed = (shown) => {
    const notice = document.getElementById("connection-error");
    notice.hidden = !shown;
    if (shown) notice.scrollIntoView({ block: "center" });
  };

  document.addEventListener("htmx:beforeRequest", () => failed(false));
  document.addEventListener("htmx:sendError", () => failed(true));
  document.addEventListener("htmx:timeout", () => failed(true));
  document.addEventListener("htmx:responseError", () => failed(true));

  // htmx notes the address, and with it the answers, in sessionStorage, whatever
  // historyCacheSize says. The device is to keep nothing.
  const forget = () => {
    try {
      sessionStorage.removeItem("htmx-current-path-for-history");
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  };
  for (const event of ["htmx:afterSettle", "htmx:pushedIntoHistory", "htmx:load", "pagehide"]) {
    addEventListener(event, forget);
  }
  addEventListener("load", forget);

  document.addEventListener("htmx:afterSwap", (event) => {
    // Matches of a search and a filtered table change in place.
    if (event.detail.target.id !== "wizard") return;
    const focus = ["error-summary", "dropped", "heading"].map((id) => document.getElementById(id));
    window.scrollTo(0, 0);
    focus.find(Boolean)?.focus({ preventScroll: true });
  });

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type !== "checkbox" || !box.checked || !box.closest("#step")) return;
    for (const other of document.getElementsByName(box.name)) {
      if (other !== box && ("exclusive" in box.dataset || "exclusive" in other.dataset)) {
        other.checked = false;
      }
    }
  });

  // Buttons that need a script stay hidden without it.
  const offer = () => {
    for (const button of document.querySelectorAll("[data-copy], [data-copy-from]")) button.hidden = !navigator.clipboard;
    for (const button of document.querySelectorAll("[data-share]")) button.hidden = !navigator.share;
    for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
  };
  addEventListener("DOMContentLoaded", offer);
  document.addEventListener("htmx:afterSettle", offer);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from], [data-share]");
    if (!button) return;
    if ("share" in button.dataset) {
      // Closing the sheet is no fault.
      await navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {});
      return;
    }
    const { copy, copyFrom } = button.dataset;
    await navigator.clipboard.writeText(copy ?? document.querySelector(copyFrom).textContent);
    button.textContent = button.dataset.done;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  // Paper has nothing to unfold. Newer browsers know that from the stylesheet.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details:not([open])")];
    for (const part of unfolded) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of unfolded) part.open = false;
  });

  // A link to an action or a source may lead into something folded away.
  const unfold = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
    target.querySelector(":scope > details")?.setAttribute("open", "");
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", unfold);
  window.addEventListener("load", unfold);
})();
