// Steps of a plan can be ticked. The ticks and the way back to the plan stay on this device,
// under one key, and go nowhere.
(() => {
  "use strict";

  const KEY = "payout-plan";
  const KEPT = 10; // so many plans; the one that was ticked longest ago goes
  const OFFERED = 3; // so many steps are named at once

  // What is kept where the device keeps nothing, or shall not: until the page is left.
  let refused = document.getElementById("draft-banner") ? {} : null;

  // Address of a plan, without its language -> slug of an action -> "done", "no-help" or
  // "not-for-me". The plan that was ticked last stands last. Only ticking changes it.
  const read = () => {
    if (refused) return refused;
    try {
      return plansIn(JSON.parse(localStorage.getItem(KEY)) ?? {});
    } catch {
      return {};
    }
  };

  // What earlier versions kept may be the ticks of somebody else's plan: it is left out.
  const plansIn = (kept) => {
    const plans = Object.entries(kept).filter(
      ([address, ticked]) => address.startsWith("/") && ticked && typeof ticked === "object",
    );
    return Object.fromEntries(plans);
  };

  const write = (kept) => {
    if (refused) {
      refused = kept;
      return;
    }
    try {
      if (Object.keys(kept).length) localStorage.setItem(KEY, JSON.stringify(kept));
      else localStorage.removeItem(KEY);
    } catch {
      refused = kept;
    }
  };

  const all = (selector) => [...document.querySelectorAll(selector)];
  const box = () => document.getElementById("progress");
  const progress = () => box().querySelector("progress");
  // The result that this page shows, whatever the language and what else stands in its address.
  const plan = () => box().dataset.plan.replace(/^\/[^/]+/, "");
  // Without what every object has: a step may be called “constructor”.
  const ticks = () => Object.assign(Object.create(null), read()[plan()]);

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

  const keep = (ticked) => {
    const { [plan()]: before, ...others } = read();
    const plans = Object.entries(others);
    if (Object.keys(ticked).length) plans.push([plan(), ticked]);
    write(Object.fromEntries(plans.slice(-KEPT)));
  };

  // On the home page: the way back to the plan that was ticked last.
  const offer = () => {
    const offered = document.getElementById("continue");
    if (!offered) return;
    const last = Object.entries(read()).at(-1);
    offered.hidden = !last;
    if (!last) return;
    const [address, ticked] = last;
    const dealt = Object.keys(ticked).length;
    const told = offered.querySelector("[data-told]");
    told.textContent = told.dataset.told.replace("{done}", dealt);
    // In the language that is read now.
    const here = location.pathname.split("/")[1];
    offered.querySelector("a").href = `/${here}${address}`;
  };

  const show = () => {
    if (!box()) return;
    const ticked = ticks();
    for (const action of all("[data-action]")) mark(action, ticked[action.dataset.action]);
    for (const link of all(".do-first a")) {
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
    Object.assign(progress(), { max: states.length || 1, value: done });
    box().querySelector("[data-forget]").hidden = !Object.keys(ticked).length;
  };

  // Each main remedy that did not help brings up the next cause.
  const raise = (ticked) => {
    const turns = all("[data-after]");
    const untold = turns.findIndex((turn) => ticked[turn.dataset.after] !== "no-help");
    const raised = turns[(untold < 0 ? turns.length : untold) - 1];
    for (const turn of turns) turn.hidden = turn !== raised;
    if (raised) untried(raised, ticked);
    document.querySelector(".verdict")?.toggleAttribute("data-tried", Boolean(raised));
    const first = causes.find((cause) => cause.dataset.finding === raised?.dataset.cause);
    const rest = causes.filter((cause) => cause !== first);
    document.querySelector(".cause-list").append(...(first ? [first] : []), ...rest);
    if (first) first.firstElementChild.open = true;
  };

  // The first steps that nobody has ticked yet.
  const untried = (raised, ticked) => {
    const list = raised.querySelector(".untried");
    if (!list) return;
    let left = 0;
    for (const link of list.querySelectorAll("a")) {
      const open = !ticked[link.hash.replace("#action-", "")] && left < OFFERED;
      link.parentElement.hidden = !open;
      left += open;
    }
    list.hidden = !left;
  };

  const tick = (button) => {
    const ticked = ticks();
    const { action } = button.closest("[data-action]").dataset;
    if (ticked[action] === button.dataset.tick) delete ticked[action];
    else ticked[action] = button.dataset.tick;
    keep(ticked);
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
      // A plan forgets its own ticks, the home page those of every plan.
      if (box()) keep({});
      else write({});
      show();
      offer();
      (document.getElementById("progress-told") ?? document.getElementById("heading")).focus();
    } else {
      event.preventDefault();
      erase(pressed);
    }
  });
  document.addEventListener("htmx:afterSwap", start);
  addEventListener("storage", show);
  // A page that comes back from memory tells what stands on the device now.
  addEventListener("pageshow", offer);
  start();
  offer();
})();
