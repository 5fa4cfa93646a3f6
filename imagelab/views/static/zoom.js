// Zoom: two to six pictures, enlarged and moved as one.
//
// `level`, `x` and `y` are written here and in Python. A level is screen pixels per pixel of the
// first picture, 0 meaning that it fits its frame; x and y say what is in the middle, from 0 to 1.

const MOST_LEVEL = 32;
const STEP = 1.25;

const MINUS = SVG('<path d="M6 12h12"/>');
const PLUS = SVG('<path d="M6 12h12M12 6v12"/>');

// ---- pure parts ---------------------------------------------------------------------------

/** Find the level at which a picture just fits into a frame; small ones are not enlarged. */
export function fits(picture, room, ratio) {
  return Math.min(1, (room.width * ratio) / picture.width, (room.height * ratio) / picture.height);
}

/** Keep the middle where the picture still fills its frame, or in the middle if it is smaller. */
export function held(middle, shown) {
  if (shown >= 1) return 0.5;
  return clamp(middle, shown / 2, 1 - shown / 2);
}

/** Place one picture in its frame: where its corner lies and how large it is, in CSS pixels. */
export function placed(picture, first, room, look, ratio) {
  // All show the same part of themselves: others are scaled so that they are as large as the first.
  const scale = (look.level * Math.min(first.width / picture.width, first.height / picture.height)) / ratio;
  const width = picture.width * scale;
  const height = picture.height * scale;
  // On whole screen pixels, or enlarged ones get edges of two widths.
  const whole = (number) => Math.round(number * ratio) / ratio;
  return {
    left: whole(room.width / 2 - held(look.x, room.width / width) * width),
    top: whole(room.height / 2 - held(look.y, room.height / height) * height),
    width,
    height,
    level: scale * ratio,
  };
}

/** Change the level so that the point under the hand stays where it is. */
export function about(look, to, point, first, room, ratio) {
  const level = clamp(to, 0.02, MOST_LEVEL);
  const axis = (side, middle, at) => {
    const now = held(middle, (room[side] * ratio) / (first[side] * look.level));
    const under = now + ((at - room[side] / 2) * ratio) / (first[side] * look.level);
    const next = under - ((at - room[side] / 2) * ratio) / (first[side] * level);
    return clamp(held(next, (room[side] * ratio) / (first[side] * level)), 0, 1);
  };
  return { level, x: axis("width", look.x, point.x), y: axis("height", look.y, point.y) };
}

/** Say how many stand abreast. */
export function abreast(number, width) {
  const most = width < 420 ? 1 : width < 760 ? 2 : 3;
  return number === 4 ? Math.min(2, most) : Math.min(number, most);
}

// ---- the page -----------------------------------------------------------------------------

/** One picture in its frame, with its name and its level. */
function pane(view, picture) {
  const { make } = view;
  const image = make("img", { alt: picture.alt, draggable: "false" });
  const cross = make("span", { class: "il-cross", hidden: true });
  const name = make("span", { class: "il-sign", title: picture.alt }, called(picture));
  const level = make("span", { class: "il-sign" });
  const note = make("p", { class: "il-word", role: "status" });
  const node = make("div", { class: "il-ground il-pane", tabindex: "0", role: "group", "aria-label": `${picture.alt}; ${picture.width} × ${picture.height}` }, image, cross, make("div", { class: "il-signs", "aria-hidden": "true" }, name, level), note);
  return {
    node,
    cross,
    draw(place, alike) {
      const { left, top, width, height } = place;
      Object.assign(image.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      node.classList.toggle("il-over", place.level > 1);
      level.textContent = percent(place.level);
      level.hidden = alike;
    },
    show(originals, number) {
      image.src = originals.address(number);
      node.dataset.state = originals.state(number);
      note.textContent = originals.message(number);
    },
  };
}

/** Hear wheel, drag, pinch and pointer over the panes. */
function hands(view, panes, act) {
  const points = new Map();
  let last = null;
  const listen = (node, event, hear, options = {}) => node.addEventListener(event, hear, { signal: view.signal, ...options });
  const at = (node, event) => {
    const box = node.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const grip = () => {
    const all = [...points.values()];
    const x = all.reduce((sum, one) => sum + one.x, 0) / all.length;
    const y = all.reduce((sum, one) => sum + one.y, 0) / all.length;
    return { x, y, apart: all.length > 1 ? Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y) : 0 };
  };
  for (const { node } of panes) {
    listen(node, "pointerdown", (event) => {
      if (event.button) return;
      node.setPointerCapture(event.pointerId);
      points.set(event.pointerId, at(node, event));
      last = grip();
      node.focus({ preventScroll: true });
    });
    listen(node, "pointermove", (event) => {
      const point = at(node, event);
      act.point(node, point);
      if (!points.has(event.pointerId)) return;
      points.set(event.pointerId, point);
      const now = grip();
      if (now.apart && last.apart) act.zoom(now.apart / last.apart, now);
      act.move(now.x - last.x, now.y - last.y);
      last = now;
    });
    const release = (event) => {
      points.delete(event.pointerId);
      last = points.size ? grip() : null;
    };
    listen(node, "pointerup", release);
    listen(node, "pointercancel", release);
    listen(node, "pointerleave", () => act.point(null));
    listen(node, "dblclick", (event) => act.turn(at(node, event)));
    listen(
      node,
      "wheel",
      (event) => {
        // A wheel over a picture that nobody chose scrolls the notebook, as everywhere.
        if (!event.ctrlKey && !event.metaKey && !view.root.contains(document.activeElement)) return act.hint();
        event.preventDefault();
        const lines = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
        const strength = event.ctrlKey && Math.abs(event.deltaY) < 40 ? 0.012 : 0.0018; // a trackpad's pinch comes in small steps
        act.zoom(Math.exp(-clamp(event.deltaY * lines, -400, 400) * strength), at(node, event));
      },
      { passive: false },
    );
  }
}

function render({ model, el }) {
  const pictures = model.get("pictures");
  const view = frame(model, el, "zoom", `Zoom: ${pictures.map((one) => one.label).join(", ")}`);
  const { make, root } = view;
  const first = pictures[0];
  const panes = pictures.map((picture) => pane(view, picture));
  const originals = new Originals(view, model, (number) => panes[number].show(originals, number));
  const look = { level: 0, x: 0.5, y: 0.5 };

  const ratio = () => globalThis.devicePixelRatio || 1;
  const room = () => ({ width: panes[0].node.clientWidth, height: panes[0].node.clientHeight });
  const real = () => ({ ...look, level: look.level || fits(first, room(), ratio()) });

  const button = (title, act, ...inside) => make("button", { type: "button", title, "aria-label": title, onclick: act, html: inside[0]?.startsWith?.("<") ? inside[0] : null }, ...(inside[0]?.startsWith?.("<") ? [] : inside));
  const fit = button("Fit the pictures into their frames (0)", () => change({ level: 0, x: 0.5, y: 0.5 }), "Fit");
  const one = button("One screen pixel for each pixel (1)", () => change(about(real(), 1, centre(), first, room(), ratio())), "100 %");
  const less = button("Smaller (-)", () => zoom(1 / STEP), MINUS);
  const more = button("Larger (+)", () => zoom(STEP), PLUS);
  const level = make("span", { class: "il-level", role: "status", "aria-label": "Zoom level" });
  const hint = make("span", { class: "il-hint" });
  const table = make("div", { class: "il-panes" }, ...panes.map(({ node }) => node));
  root.append(make("div", { class: "il-strip" }, make("div", { class: "il-set" }, less, more), make("div", { class: "il-set" }, fit, one), level, hint), table);

  const draw = () => {
    const size = room();
    if (!size.width) return;
    const seen = real();
    const places = pictures.map((picture) => placed(picture, first, size, seen, ratio()));
    const alike = places.every((place) => place.level === places[0].level); // then the strip says it
    places.forEach((place, number) => panes[number].draw(place, alike));
    level.textContent = look.level ? percent(seen.level) : `fits, ${percent(seen.level)}`;
    fit.setAttribute("aria-pressed", String(!look.level));
    one.setAttribute("aria-pressed", String(Math.abs(seen.level - 1) < 1e-9));
    less.disabled = seen.level <= 0.02;
    more.disabled = seen.level >= MOST_LEVEL;
    table.classList.toggle("il-enlarged", seen.level > fits(first, size, ratio()) + 1e-9);
  };
  const change = (values) => {
    Object.assign(look, values);
    draw();
    view.tell(values);
  };
  const centre = () => ({ x: room().width / 2, y: room().height / 2 });
  const zoom = (factor, point = centre()) => {
    const now = real();
    change(about(now, now.level * factor, point, first, room(), ratio()));
  };
  const move = (dx, dy) => {
    const now = real();
    const size = room();
    const axis = (side, middle, by) => {
      const shown = (size[side] * ratio()) / (first[side] * now.level);
      return clamp(held(held(middle, shown) - (by * ratio()) / (first[side] * now.level), shown), 0, 1);
    };
    change({ x: axis("width", now.x, dx), y: axis("height", now.y, dy) });
  };
  let fading = null;
  hands(view, panes, {
    zoom,
    move,
    turn: (point) => (look.level ? change({ level: 0, x: 0.5, y: 0.5 }) : change(about(real(), Math.max(1, 2 * real().level), point, first, room(), ratio()))),
    point: (over, point) => panes.forEach(({ node, cross }) => {
      cross.hidden = !over || node === over;
      if (!cross.hidden) Object.assign(cross.style, { left: `${point.x}px`, top: `${point.y}px` });
    }),
    hint: () => {
      hint.textContent = "Click a picture first, or hold Ctrl, to zoom with the wheel.";
      clearTimeout(fading);
      fading = setTimeout(() => (hint.textContent = ""), 4000);
    },
  });
  view.onEnd(() => clearTimeout(fading));
  view.keys((event) => {
    if (belongsToNotebook(event)) return false;
    const far = event.shiftKey ? 0.5 : 0.1;
    const { width, height } = room();
    const acts = {
      ArrowLeft: () => move(far * width, 0),
      ArrowRight: () => move(-far * width, 0),
      ArrowUp: () => move(0, far * height),
      ArrowDown: () => move(0, -far * height),
      "+": () => zoom(STEP),
      "=": () => zoom(STEP),
      "-": () => zoom(1 / STEP),
      0: () => change({ level: 0, x: 0.5, y: 0.5 }),
    };
    if (/^[1-8]$/.test(event.key)) acts[event.key] = () => change(about(real(), Number(event.key), centre(), first, room(), ratio()));
    acts[event.key]?.();
    return event.key in acts;
  });

  const hear = () => {
    for (const name of ["level", "x", "y"]) look[name] = model.get(name);
    draw();
  };
  for (const name of ["level", "x", "y"]) view.watch(`change:${name}`, hear);
  const sized = new ResizeObserver(() => {
    table.style.setProperty("--il-abreast", abreast(pictures.length, root.clientWidth));
    draw();
  });
  sized.observe(root);
  view.onEnd(() => sized.disconnect());
  table.style.setProperty("--il-shape", `${first.width} / ${first.height}`);
  panes.forEach((one, number) => one.show(originals, number));
  hear();
  whileSeen(view, () => originals.want(), () => originals.free());
  return () => view.end();
}

export default { render };
