// The editing pages: order by drag and by keyboard, conditions, missing texts, Markdown.
// Without this script everything can still be saved: places are plain numbers then.

document.addEventListener("DOMContentLoaded", () => {
  const words = document.getElementById("edit-status");
  const $ = window.django.jQuery;

  const say = (text) => {
    words.textContent = text;
  };

  const treeOfTheForm = () => document.getElementById("id_tree")?.value ?? "";

  // What was typed and not saved

  const edited = document.querySelector("#content-main > form");
  const refused = document.querySelector(".errornote, #conflict");
  const typed = new Set(refused ? [edited] : []);
  let sent = null;
  // Search boxes have no name, and what was looked up is not lost.
  $(document).on("input change", "form[method=post] [name]", ({ target }) => {
    typed.add(target.form);
  });
  document.addEventListener("submit", ({ target }) => {
    sent = target;
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...typed].some((form) => form !== sent && form.isConnected)) event.preventDefault();
    sent = null;
  });

  // Order

  const rowsOf = (group) => [...group.querySelectorAll(".inline-related:not(.empty-form)")];
  const placeOf = (row) => row.querySelector("input[name$='-position']");
  const headingOf = (row) => row.querySelector(".inline_label").textContent.trim();

  function arrange(group, rows) {
    const before = rowsOf(group)[0]?.previousElementSibling;
    [...rows].reverse().forEach((row) => before.after(row));
  }

  // A form that is shown again has its rows as they are stored, with the places that were sent.
  // Rows without a place come last, as they do when they are saved.
  function arrangeByPlace(group) {
    const place = (row) => Number(placeOf(row)?.value) || Number.MAX_SAFE_INTEGER;
    arrange(group, rowsOf(group).sort((a, b) => place(a) - place(b)));
  }

  function renumber(group) {
    rowsOf(group).forEach((row, index, all) => {
      const place = placeOf(row);
      if (place) place.value = index + 1;
      row.querySelector(".row-up").disabled = index === 0;
      row.querySelector(".row-down").disabled = index === all.length - 1;
    });
  }

  function tellPlace(group, row) {
    const rows = rowsOf(group);
    const text = words.dataset.moved
      .replace("{row}", headingOf(row))
      .replace("{place}", rows.indexOf(row) + 1)
      .replace("{all}", rows.length);
    say(text);
  }

  function placed(group, row) {
    renumber(group);
    tellPlace(group, row);
    typed.add(edited);
  }

  function move(row, step) {
    const group = row.closest(".edit-rows");
    const rows = rowsOf(group);
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    const pressed = document.activeElement;
    if (step < 0) other.before(row);
    else other.after(row);
    placed(group, row);
    // Moving a node takes the focus away, and at the end of the list the button is disabled.
    const left = pressed.disabled ? row.querySelector(".row-moves button:enabled") : pressed;
    left?.focus();
  }

  function drag(event, row) {
    if (event.button !== 0) return;
    event.preventDefault();
    const group = row.closest(".edit-rows");
    const handle = row.querySelector(".row-handle");
    const before = handle.getBoundingClientRect().top;
    // Only the headings stay, so that a long list can be seen at once.
    group.classList.add("sorting");
    row.classList.add("dragged");
    window.scrollBy(0, handle.getBoundingClientRect().top - before);

    const onMove = (moved) => {
      const others = rowsOf(group).filter((other) => other !== row);
      const middle = (other) => {
        const box = other.getBoundingClientRect();
        return box.top + box.height / 2;
      };
      const next = others.find((other) => moved.clientY < middle(other));
      if (next) {
        if (next.previousElementSibling !== row) next.before(row);
      } else if (others.length && others.at(-1).nextElementSibling !== row) {
        others.at(-1).after(row);
      }
    };
    const onEnd = () => {
      document.removeEventListener("pointermove", onMove);
      document.removeEventListener("pointerup", onEnd);
      document.removeEventListener("pointercancel", onEnd);
      const dragged = handle.getBoundingClientRect().top;
      group.classList.remove("sorting");
      row.classList.remove("dragged");
      window.scrollBy(0, handle.getBoundingClientRect().top - dragged);
      placed(group, row);
    };
    document.addEventListener("pointermove", onMove);
    document.addEventListener("pointerup", onEnd);
    document.addEventListener("pointercancel", onEnd);
  }

  function sortable(row) {
    const moves = row.querySelector(".row-moves");
    if (!moves || !placeOf(row)) return;
    moves.hidden = false;
    moves.querySelector(".row-handle").addEventListener("pointerdown", (e) => drag(e, row));
    moves.querySelector(".row-up").addEventListener("click", () => move(row, -1));
    moves.querySelector(".row-down").addEventListener("click", () => move(row, 1));
  }

  for (const group of document.querySelectorAll(".edit-rows")) {
    if (!group.querySelector(".row-moves")) continue;
    group.classList.add("sortable");
    arrangeByPlace(group);
    rowsOf(group).forEach(sortable);
    renumber(group);
  }

  // Django numbers the rows anew after one was taken away, in the order of the page. Stored
  // rows must keep their numbers, so they stand in the old order while that happens.
  document.addEventListener("formset:removed", (event) => {
    typed.add(edited);
    const group = document.getElementById(`${event.detail.formsetName}-group`);
    if (!group?.classList.contains("sortable")) return;
    const shown = rowsOf(group);
    const number = (row) => Number(row.id.split("-").at(-1));
    arrange(group, [...shown].sort((a, b) => number(a) - number(b)));
    queueMicrotask(() => {
      arrange(group, shown);
      renumber(group);
    });
  });

  // Conditions

  const comesFrom = new URLSearchParams(location.search).get("after") ?? "";

  function picker(select) {
    $(select).select2({
      theme: "admin-autocomplete",
      width: "100%",
      templateResult: (found) => found.label ?? found.text,
      ajax: {
        url: select.dataset.pick,
        delay: 200,
        data: ({ term, page }) => ({ term, page, tree: treeOfTheForm(), first: comesFrom }),
      },
    });
    if (!select.dataset.sentence) return;
    const sentence = select.closest(".condition").querySelector(".condition-sentence");
    let asked = 0;
    $(select).on("change", async () => {
      const query = new URLSearchParams([...select.selectedOptions].map((o) => ["when", o.value]));
      const mine = ++asked;
      const told = await fetch(`${select.dataset.sentence}?${query}`)
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
        .then((answer) => answer.sentence)
        .catch(() => words.dataset.failed);
      if (mine === asked) sentence.textContent = told;
    });
  }

  // Django's own search boxes: only what belongs to the tree of this form.
  $.ajaxPrefilter((request) => {
    const tree = treeOfTheForm();
    if (!tree || !request.url.includes("/autocomplete/")) return;
    request.data = [request.data, `tree=${tree}`].filter(Boolean).join("&");
  });

  // Texts that one language lacks

  const NEEDED = "[data-needed]:not(.inline-related:not(.has_original) *)";
  const isText = (field) => field.matches("input[lang], textarea[lang]");

  function markMissing(line) {
    const fields = [...line.querySelectorAll("input[lang], textarea[lang]")];
    const someWritten = fields.some((field) => field.value.trim());
    for (const field of fields) {
      const missing = !field.value.trim() && (someWritten || field.matches(NEEDED));
      const label = line.querySelector(`label[for="${field.id}"]`);
      let mark = label?.querySelector(".missing-mark");
      if (missing && label && !mark) {
        mark = document.createElement("span");
        mark.className = "missing-mark";
        mark.textContent = words.dataset.missing;
        label.append(" ", mark);
      }
      if (!missing) mark?.remove();
    }
  }

  const linesIn = (part) => part.querySelectorAll('.form-row[class*="_zh_hans"]');
  document.addEventListener("input", (event) => {
    if (isText(event.target)) markMissing(event.target.closest(".form-row"));
  });

  // Markdown

  async function preview(button) {
    const box = button.closest(".markdown");
    const text = box.querySelector("textarea");
    const shown = box.querySelector(".prose-preview");
    const body = new FormData();
    body.set("csrfmiddlewaretoken", button.form.elements.csrfmiddlewaretoken.value);
    body.set("prose", text.name);
    body.set(text.name, text.value);
    const answer = await fetch(button.formAction, {
      method: "POST",
      body,
      headers: { "HX-Request": "true" },
    }).catch(() => null);
    if (answer?.ok) shown.innerHTML = await answer.text();
    else shown.textContent = words.dataset.failed;
    shown.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".prose-button");
    if (!button) return;
    event.preventDefault();
    preview(button);
  });

  // All of it, now and in rows that are added later

  function prepare(part) {
    linesIn(part).forEach(markMissing);
    part.querySelectorAll("select.condition-picker:not([name*=__prefix__])").forEach(picker);
  }

  prepare(document);
  if (document.body.classList.contains("adding")) {
    const fields = [...edited.querySelectorAll("fieldset :is(input, select, textarea)")];
    const canBeFilled = (field) => field.checkVisibility() && field.tabIndex >= 0;
    fields.find(canBeFilled)?.focus();
  }
  document.addEventListener("formset:added", (event) => {
    const row = event.target;
    prepare(row);
    const group = row.closest(".edit-rows.sortable");
    if (!group) return;
    sortable(row);
    renumber(group);
  });
});
