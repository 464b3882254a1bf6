// The browser's side of moe_lab/explore/shared/html_page.py: the kernel writes the page, the reader points at experts and tokens.

function render({ model, el }) {
  el.classList.add("moe-view", "moe-page");
  const node = (event) => event.target.closest("[data-expert], [data-token]");
  const at = ({ dataset }) => dataset.layer === undefined || +dataset.layer === model.get("layer");

  function mark() {
    for (const part of el.querySelectorAll("[data-expert]")) {
      part.classList.toggle("moe-on", at(part) && +part.dataset.expert === model.get("selected"));
      part.classList.toggle("moe-under", at(part) && +part.dataset.expert === model.get("hovered"));
    }
    for (const part of el.querySelectorAll("[data-token]")) {
      part.classList.toggle("moe-on", +part.dataset.token === model.get("token"));
    }
    el.classList.toggle("moe-has", model.get("selected") >= 0);
  }

  function draw() {
    el.innerHTML = model.get("value");
    mark();
  }

  function tell(values) {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  }

  el.onclick = (event) => {
    const { expert, layer, token } = node(event)?.dataset ?? {};
    if (expert !== undefined) {
      const again = +expert === model.get("selected") && at(node(event));
      tell({ selected: again ? -1 : +expert, ...(layer === undefined ? {} : { layer: +layer }) });
    } else if (token !== undefined) tell({ token: +token });
  };
  el.onpointerover = (event) => {
    const part = node(event);
    const hovered = part?.dataset.expert !== undefined && at(part) ? +part.dataset.expert : -1;
    if (hovered !== model.get("hovered")) tell({ hovered });
  };
  el.onpointerleave = () => model.get("hovered") >= 0 && tell({ hovered: -1 });

  model.on("change:value", draw);
  for (const name of ["selected", "hovered", "layer", "token"]) model.on(`change:${name}`, mark);
  draw();
  return () => model.off(null, null);
}

export default { render };
