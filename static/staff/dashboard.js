// Drafts that nobody has checked since they changed are checked once the page is there.
(async () => {
  for (const box of document.querySelectorAll("[data-counts]")) {
    try {
      const response = await fetch(box.dataset.counts);
      if (response.ok && !response.redirected) box.outerHTML = await response.text();
    } catch {
      // Somebody went on to another page. The link to the check stays where it is.
      return;
    }
  }
})();
