// Slow work: a form that was sent says so, and cannot be sent a second time meanwhile.
{
  const { working } = document.currentScript.dataset;
  const sent = new Map();

  const isButton = (field) => field.type === "submit" && !field.disabled;
  const say = (button, words) => {
    if (button.matches("input")) button.value = words;
    else button.textContent = words;
  };
  const saidBy = (button) => (button.matches("input") ? button.value : button.textContent);

  function begin(form, pressed) {
    const buttons = [...form.elements].filter(isButton);
    sent.set(form, { buttons, pressed, words: pressed && saidBy(pressed) });
    // A disabled button would not be sent along, so it is pressed first.
    setTimeout(() => {
      for (const button of buttons) button.disabled = true;
      if (pressed) say(pressed, working);
    });
  }

  function end() {
    for (const { buttons, pressed, words } of sent.values()) {
      for (const button of buttons) button.disabled = false;
      if (pressed) say(pressed, words);
    }
    sent.clear();
  }

  // Before other scripts: what is sent already must not reach them either.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method !== "post" || !form.closest("#content")) return;
      if (sent.has(form)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      } else {
        begin(form, event.submitter);
      }
    },
    true,
  );

  // Somebody who was asked whether to leave, and stays.
  window.addEventListener("beforeunload", (event) => {
    setTimeout(() => {
      if (event.defaultPrevented) end();
    });
  });
  // A note that could not be sent.
  window.addEventListener("unhandledrejection", end);
  // Back to a page that the browser kept.
  window.addEventListener("pageshow", end);
}
