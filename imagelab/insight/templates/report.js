// The report's own script: keys for enlarged pictures, and the wipe. Without it all else still works.
(() => {
  const boxes = [...document.querySelectorAll(".il-zoom input")];
  document.addEventListener("keydown", (event) => {
    const open = boxes.findIndex((box) => box.checked);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (open < 0 || (event.key !== "Escape" && !step)) return;
    event.preventDefault();
    boxes[open].checked = false;
    if (step) {
      const next = boxes[(open + step + boxes.length) % boxes.length];
      next.checked = true;
      next.focus({ preventScroll: true });
    }
  });

  const copy = document.querySelector(".il-copy");
  copy.hidden = false;
  copy.addEventListener("click", () => {
    const code = document.querySelector(".il-code code");
    getSelection().selectAllChildren(code);
    if (document.execCommand("copy")) copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  });

  const section = document.querySelector(".il-wipe");
  if (!section) return;
  const { rows, tiles } = JSON.parse(document.getElementById("il-tiles").textContent);
  const picture = (at) => document.querySelector(`img[data-position="${at}"]`);
  const there = tiles.filter((tile) => picture(tile.at));
  // Within a row the pictures share a prompt; where no row has two, all are one row.
  let groups = rows
    .map((name, row) => ({ name, tiles: there.filter((tile) => tile.row === row) }))
    .filter((group) => group.tiles.length > 1);
  if (!groups.length && there.length > 1) {
    const named = there.map((tile) => ({ ...tile, name: [rows[tile.row], tile.name].filter(Boolean).join(" · ") }));
    groups = [{ name: "all pictures", tiles: named }];
  }
  if (!groups.length) return;
  section.hidden = false;

  const [which, left, right] = section.querySelectorAll("select");
  const stage = section.querySelector(".il-stage");
  const [under, over] = stage.querySelectorAll("img");
  const range = stage.querySelector("input");
  const [leftName, rightName] = section.querySelectorAll(".il-side");

  const fill = (select, names) => {
    select.replaceChildren(...names.map((name, index) => new Option(name, index)));
  };
  const short = (name) => (name.length > 90 ? `${name.slice(0, 89)}…` : name);
  const group = () => groups[which.value];
  const told = (tile) => [tile.name, tile.price].filter(Boolean).join(" · ");
  const show = () => {
    const [a, b] = [group().tiles[left.value], group().tiles[right.value]];
    const [first, second] = [picture(a.at), picture(b.at)];
    over.src = first.src;
    under.src = second.src;
    over.alt = first.alt;
    under.alt = second.alt;
    stage.style.setProperty("--shape", `${first.naturalWidth || first.width}/${first.naturalHeight || first.height}`);
    leftName.textContent = told(a);
    rightName.textContent = told(b);
    move();
  };
  const move = () => {
    stage.style.setProperty("--at", `${range.value}%`);
    range.setAttribute("aria-valuetext", `${Math.round(range.value)} % ${leftName.textContent}`);
  };
  const choose = () => {
    const names = group().tiles.map((tile) => short(tile.name || "picture"));
    fill(left, names);
    fill(right, names);
    left.value = 0;
    right.value = names.length - 1;
    show();
  };
  fill(which, groups.map((one) => short(one.name)));
  which.closest("label").hidden = groups.length < 2;
  which.addEventListener("change", choose);
  left.addEventListener("change", show);
  right.addEventListener("change", show);
  range.addEventListener("input", move);
  choose();
})();
