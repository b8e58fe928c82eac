// Notes are kept without leaving the page: what is typed in the form above stays.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const panel = form.closest("#notes");
  if (!panel) {
    return;
  }
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const response = await fetch(form.action, { method: "POST", body });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("notes");
  if (!fresh) {
    form.submit();
    return;
  }
  panel.replaceWith(fresh);
  fresh.querySelector("textarea, button")?.focus();
});
