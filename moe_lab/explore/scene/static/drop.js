// A button of SceneLab that is also a place to drop a file. What a notebook server would not let through (10 MiB) is
// made smaller first, where the browser can read it.

const MOST = 9e6; // bytes
const LONGEST = 1280; // pixels

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const times = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(times * picture.width)), Math.max(1, Math.round(times * picture.height)));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/png" });
}

async function send(model, file) {
  const told = { name: file.name, size: file.size };
  try {
    const content = file.size > MOST ? await smaller(file) : file;
    model.send(told, undefined, [await content.arrayBuffer()]);
  } catch (error) {
    model.send({ ...told, wrong: `${error.message || error}` });
  }
}

function render({ model, el }) {
  el.classList.add("moe-drop");
  const button = el.appendChild(document.createElement("button"));
  const input = el.appendChild(document.createElement("input"));
  button.className = "jupyter-widgets jupyter-button widget-button";
  button.textContent = "Drop in your own …";
  Object.assign(input, { type: "file", accept: "image/*", hidden: true });
  input.setAttribute("aria-label", "A photograph of your own");
  button.onclick = () => input.click();
  input.onchange = () => {
    if (input.files.length) send(model, input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  };
  const over = (is) => (event) => {
    event.preventDefault();
    event.stopPropagation();
    el.classList.toggle("moe-over", is);
  };
  el.addEventListener("dragenter", over(true));
  el.addEventListener("dragover", over(true));
  el.addEventListener("dragleave", over(false));
  el.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length) send(model, event.dataTransfer.files[0]);
  });
}

export default { render };
