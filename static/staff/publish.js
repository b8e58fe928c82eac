// Whoever enters a date or a time means "at this time".
document.querySelector(".publish-time")?.addEventListener("input", ({ target }) => {
  if (target.value) document.querySelector("[name=when][value=at]").checked = true;
});
