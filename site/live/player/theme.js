// The theme of the site, which its other pages keep under the same names.

export function themed(button) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try {
      return localStorage.getItem("mode") ?? "auto";
    } catch {
      return "auto"; // a page that may keep nothing
    }
  };
  let mode = kept();

  function show() {
    const theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
    document.documentElement.dataset.theme = theme;
    document.body.dataset.jpThemeLight = `${theme === "light"}`;
    button.textContent = theme === "light" ? "Dark" : "Light";
    button.setAttribute("aria-label", `${button.textContent} theme`);
    document.body.dispatchEvent(new Event("load")); // as a style sheet does that has arrived: views are drawn anew
  }

  button.onclick = () => {
    mode = document.documentElement.dataset.theme === "light" ? "dark" : "light";
    try {
      localStorage.setItem("mode", mode);
      localStorage.setItem("theme", mode);
    } catch (error) {
      console.info(`The theme is not kept: ${error.message}`);
    }
    show();
  };
  dark.addEventListener("change", show);
  show();
}
