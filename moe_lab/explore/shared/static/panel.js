// The button of moe_lab/explore/shared/controls.py that copies code: the kernel writes it when it is asked, the page copies and shows it.

function render({ model, el }) {
  el.classList.add("moe-copy");
  const button = el.appendChild(document.createElement("button"));
  const code = el.appendChild(document.createElement("textarea"));
  button.className = "jupyter-widgets jupyter-button widget-button";
  button.textContent = "Copy as code";
  button.onclick = () => model.send({});
  Object.assign(code, { hidden: true, readOnly: true, spellcheck: false, wrap: "off" });
  code.setAttribute("aria-label", "This state as code");

  async function show(message) {
    Object.assign(code, { hidden: false, value: message.code, rows: message.code.split("\n").length });
    code.select(); // where the page may not write to the clipboard, it is ready for the keyboard
    try {
      await navigator.clipboard.writeText(message.code);
      code.setSelectionRange(0, 0);
      code.blur();
      button.textContent = "Copied ✓";
      setTimeout(() => (button.textContent = "Copy as code"), 1500);
    } catch {
      code.focus();
    }
  }
  model.on("msg:custom", show);
  return () => model.off("msg:custom", show);
}

export default { render };
