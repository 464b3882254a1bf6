// A page as slides: `?present` in the address. A slide is a section with its pictures, without code; the address holds
// its number, so that a link opens it. Arrow keys, Page Up and Page Down turn; Escape goes back to the page.
const asked = new URLSearchParams(location.search).get("present");
const page = document.querySelector("article section");
if (asked !== null && page) {
  document.documentElement.classList.add("present");
  const parts = [...page.children];
  const slides = [
    parts.filter((part) => part.tagName !== "SECTION"),
    ...parts.filter((part) => part.tagName === "SECTION").map((part) => [part]),
  ];
  const counter = document.createElement("output");
  counter.className = "slide-counter";
  document.body.append(counter);
  let at = 0;
  const show = (number) => {
    at = Math.max(0, Math.min(slides.length - 1, Number(number) || 0));
    for (const [i, slide] of slides.entries()) for (const part of slide) part.hidden = i !== at;
    counter.textContent = `${at + 1} / ${slides.length}`;
    history.replaceState(null, "", `?present=${at}`);
    scrollTo(0, 0);
  };
  const keys = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") location.search = "";
    if (!(event.key in keys)) return;
    event.preventDefault();
    show(at + keys[event.key]);
  });
  show(asked);
}
