// Pictures that go along: dropped on the view, pasted, or chosen from a folder. Python writes
// `along`, what it has taken in; files travel there in parts, since a server between the two
// takes no message of ten megabytes.

const PART_BYTES = 2 ** 21;
const CONTENTS = "application/x-jupyter-icontents"; // what JupyterLab's file browser lets one drag

/** Say where the parts of so many bytes begin; nothing at all is one part, too. */
export function cuts(bytes, size = PART_BYTES) {
  return Array.from({ length: Math.max(1, Math.ceil(bytes / size)) }, (_, at) => at * size);
}

/** Say where a server has a file of its browser's: drives before the name are not its own. */
export function served(base, path) {
  const own = path.replace(/^[^/]*:/, "").replace(/^\//, "");
  return `${base.replace(/\/?$/, "/")}files/${own.split("/").map(encodeURIComponent).join("/")}`;
}

/** Say why a file is not even sent; empty where it may be. */
export function tooLarge({ name, size }, most) {
  if (size < most) return "";
  return `${name} has ${(size / 2 ** 20).toFixed(1)} MB, and one picture must stay below ${Math.round(most / 2 ** 20)} MB.`;
}

/** The pictures that go along, and every way for one to come. */
function goingAlong(make, model, root, signal) {
  const urls = new Map();
  const list = make("div", { class: "il-faces", role: "list", "aria-label": "Pictures that go along" });
  const picker = make("input", { type: "file", accept: "image/*", multiple: "", hidden: "", "aria-label": "Pictures", onchange: () => (take(picker.files), (picker.value = "")) });
  const add = make("button", { type: "button", class: "il-small", onclick: () => picker.click() }, "Add pictures");
  const words = make("span", { class: "il-headline", role: "status" });
  const node = make("div", { class: "il-along" }, list, picker, add, words);
  const coming = new Map();
  let depth = 0;

  const say = () => {
    const some = model.get("along").length;
    words.textContent = coming.size ? `Taking in ${[...coming.values()].join(", ")} …` : some ? "A press edits them." : "or drop them here, to edit them";
  };
  async function send(file) {
    const why = tooLarge(file, model.get("most_bytes"));
    if (why) return (words.textContent = why);
    const id = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    coming.set(id, file.name);
    say();
    try {
      const bytes = await file.arrayBuffer();
      const all = cuts(bytes.byteLength);
      all.forEach((from, part) => model.send({ kind: "part", id, name: file.name, part, of: all.length }, undefined, [bytes.slice(from, from + PART_BYTES)]));
    } catch (problem) {
      failed(id, `${file.name} cannot be read: ${problem.message}`);
    }
  }
  const failed = (id, why) => {
    coming.delete(id);
    say();
    words.textContent = why;
  };
  const take = (files) => [...files].forEach(send);

  /** Fetch what was dragged out of JupyterLab's file browser. */
  async function fetched(path) {
    const name = path.split("/").at(-1);
    try {
      const page = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
      const answer = await fetch(served(page.baseUrl ?? "/", path));
      if (!answer.ok) throw new Error(answer.statusText || `status ${answer.status}`);
      await send(new File([await answer.blob()], name));
    } catch (problem) {
      words.textContent = `${name} cannot be read: ${problem.message}`;
    }
  }

  const over = (on) => root.classList.toggle("il-over", on);
  const listen = (event, act) => root.addEventListener(event, act, { signal });
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const ours = (event) => {
    event.preventDefault(); // or the browser leaves the notebook for the picture
    event.stopPropagation();
  };
  listen("dragenter", (event) => hasFiles(event) && (ours(event), over(Boolean((depth += 1)))));
  listen("dragover", (event) => {
    if (!hasFiles(event)) return;
    ours(event);
    event.dataTransfer.dropEffect = "copy";
  });
  listen("dragleave", (event) => hasFiles(event) && over(Boolean((depth = Math.max(0, depth - 1)))));
  listen("drop", (event) => {
    if (!hasFiles(event)) return;
    ours(event);
    over(Boolean((depth = 0)));
    take(event.dataTransfer.files);
  });
  listen("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    ours(event);
    take(event.clipboardData.files);
  });
  for (const event of ["lm-dragenter", "lm-dragover", "lm-dragleave", "lm-drop"]) {
    listen(event, (drag) => {
      if (!drag.mimeData?.hasData(CONTENTS)) return;
      ours(drag);
      over(event === "lm-dragenter" || event === "lm-dragover");
      drag.dropAction = drag.proposedAction;
      if (event === "lm-drop") drag.mimeData.getData(CONTENTS).forEach(fetched);
    });
  }

  function draw() {
    const shown = model.get("along");
    const before = [...urls.values()];
    urls.clear();
    const faces = shown.map(({ name, width, height, face }, number) => {
      urls.set(number, URL.createObjectURL(new Blob([face], { type: "image/webp" })));
      const what = `${name}, ${width} × ${height}`;
      const leave = make("button", { type: "button", class: "il-act il-leave", title: `Take ${name} away`, "aria-label": `Take ${name} away`, onclick: () => (model.send({ kind: "leave", number }), add.focus()) }, "✕");
      return make("span", { class: "il-face", role: "listitem" }, make("img", { src: urls.get(number), alt: what, title: what }), leave);
    });
    list.replaceChildren(...faces);
    list.hidden = !shown.length;
    before.forEach((url) => URL.revokeObjectURL(url));
    say();
  }
  return {
    node,
    draw,
    taken(id) {
      coming.delete(id);
      say();
    },
    end: () => urls.forEach((url) => URL.revokeObjectURL(url)),
  };
}
