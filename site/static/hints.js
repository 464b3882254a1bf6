// Explanations of terms that open on focus as well as under the pointer.
for (const term of document.querySelectorAll("abbr[title]")) {
  term.dataset.hint = term.title;
  term.setAttribute("aria-label", `${term.textContent}: ${term.title}`);
  term.removeAttribute("title");
  term.tabIndex = 0;
}
