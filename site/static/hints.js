// Explanations of terms that open on focus as well as under the pointer.
for (const term of document.querySelectorAll("abbr[title]")) {
  term.dataset.hint = term.title;
  term.setAttribute("aria-label", `${term.textContent}: ${term.title}`);
  term.removeAttribute("title");
  if (term.getBoundingClientRect().left > innerWidth / 2) term.classList.add("to-left");
  if (!term.closest("a")) term.tabIndex = 0;
}

// The theme's buttons in the table of contents have no names, and a signature over several lines is no list of definitions.
for (const button of document.querySelectorAll("details > summary:has(> .toctree-toggle)")) {
  const chapter = button.closest("li")?.querySelector("a")?.textContent.trim();
  button.setAttribute("aria-label", `Pages of ${chapter}`);
}
for (const list of document.querySelectorAll("dt.sig dl")) {
  list.setAttribute("role", "list");
  for (const part of list.children) part.setAttribute("role", "listitem");
}
