// Steps of a plan can be ticked. The ticks stay on this device, under one key, and go nowhere.
(() => {
  "use strict";

  const KEY = "payout-plan";
  let refused = null; // the ticks, where the device keeps nothing: until the page is left

  // Slug of a tree -> slug of an action -> "done", "no-help" or "not-for-me".
  const read = () => {
    if (refused) return refused;
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  };

  const write = (kept) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      refused = kept;
    }
  };

  const forget = () => {
    refused &&= {};
    try {
      localStorage.removeItem(KEY);
    } catch {
      // Nothing is kept, then.
    }
  };

  const all = (selector) => [...document.querySelectorAll(selector)];
  const box = () => document.getElementById("progress");
  const ticks = () => read()[box().dataset.tree] ?? {};

  // The causes as the server ordered them.
  let causes = [];

  const start = () => {
    if (!box()?.hidden) return;
    causes = all("[data-finding]");
    for (const details of all("[data-action] > details")) {
      const parts = document.getElementById("ticks").content.cloneNode(true);
      details.firstElementChild.append(" ", parts.firstElementChild);
      details.append(parts);
    }
    box().hidden = false;
    show();
  };

  const show = () => {
    if (!box()) return;
    const ticked = ticks();
    for (const action of all("[data-action]")) mark(action, ticked[action.dataset.action]);
    for (const link of all('.do-first a, .raised a[href^="#action-"]')) {
      link.dataset.ticked = ticked[link.hash.replace("#action-", "")] ?? "";
    }
    count(ticked);
    raise(ticked);
  };

  const mark = (action, state) => {
    const told = action.querySelector(".tick-state");
    action.dataset.ticked = state ?? "";
    told.textContent = "";
    for (const button of action.querySelectorAll("[data-tick]")) {
      const pressed = button.dataset.tick === state;
      button.setAttribute("aria-pressed", pressed);
      if (pressed) told.textContent = button.textContent;
    }
  };

  const count = (ticked) => {
    const states = all("#safety [data-action], #plan [data-action]")
      .map((action) => action.dataset.ticked)
      .filter((state) => state !== "not-for-me");
    const done = states.filter(Boolean).length;
    const told = document.getElementById("progress-told");
    told.textContent = told.dataset.told.replace("{done}", done).replace("{all}", states.length);
    Object.assign(box().querySelector("progress"), { max: states.length || 1, value: done });
    box().querySelector("[data-forget]").hidden = !Object.keys(ticked).length;
  };

  // Each main remedy that did not help brings up the next cause.
  const raise = (ticked) => {
    const turns = all("[data-after]");
    const untold = turns.findIndex((turn) => ticked[turn.dataset.after] !== "no-help");
    const raised = turns[(untold < 0 ? turns.length : untold) - 1];
    for (const turn of turns) turn.hidden = turn !== raised;
    const first = causes.find((cause) => cause.dataset.finding === raised?.dataset.cause);
    const rest = causes.filter((cause) => cause !== first);
    document.querySelector(".cause-list").append(...(first ? [first] : []), ...rest);
    if (first) first.firstElementChild.open = true;
  };

  const tick = (button) => {
    const kept = read();
    const { tree } = box().dataset;
    const ticked = (kept[tree] ??= {});
    const { action } = button.closest("[data-action]").dataset;
    if (ticked[action] === button.dataset.tick) delete ticked[action];
    else ticked[action] = button.dataset.tick;
    if (!Object.keys(ticked).length) delete kept[tree];
    write(kept);
    const before = document.querySelector(".raised:not([hidden])");
    show();
    const raised = document.querySelector(".raised:not([hidden])");
    if (raised !== before && ticked[action] === "no-help") raised?.focus();
  };

  const erase = (link) => {
    try {
      localStorage.clear();
      sessionStorage.clear();
    } catch {
      // Nothing was kept.
    }
    location.replace(link.href);
  };

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-tick], [data-forget], [data-erase]");
    if (!pressed) return;
    if ("tick" in pressed.dataset) tick(pressed);
    else if ("forget" in pressed.dataset) {
      forget();
      show();
      document.getElementById("progress-told").focus();
    } else {
      event.preventDefault();
      erase(pressed);
    }
  });
  document.addEventListener("htmx:afterSwap", start);
  addEventListener("storage", show);
  start();
})();
