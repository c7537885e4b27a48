"use strict";
// The page is complete without this script. It sorts tables, explains words where they stand and copies commands.
{
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  // Tables: a number, an interval (by its upper end) or a text; cells without a figure come last.
  const key = (text) => {
    const numbers = text.replace(/−/g, "-").match(/-?\d+(\.\d+)?(e[-+]?\d+)?(\/\d+)?/g);
    if (!numbers) return NaN;
    const [over, under] = numbers.at(-1).split("/");
    return over / (under ?? 1);
  };
  for (const table of all(".sortable")) {
    const heads = all("thead th", table);
    const [body] = table.tBodies;
    heads.forEach((head, column) => {
      const button = make("button", { type: "button" });
      button.append(...head.childNodes);
      head.append(button);
      button.onclick = () => {
        const down = head.ariaSort === "ascending";
        const text = (row) => row.cells[column].textContent;
        const order = (a, b) => head.className ? key(a) - key(b) : a.localeCompare(b, "en", { numeric: true });
        const last = (a) => head.className && isNaN(key(a));
        const rows = [...body.rows].sort((p, q) => {
          const [a, b] = [text(p), text(q)];
          return last(a) - last(b) || (last(a) ? 0 : (down ? -1 : 1) * order(a, b));
        });
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.ariaSort = down ? "descending" : "ascending";
        body.append(...rows);
      };
    });
  }

  // Words: the explanation stands in the page; a box shows it at the word, for pointer, finger and keyboard.
  const tip = make("div", { id: "tip", role: "tooltip", hidden: true });
  document.body.append(tip);
  let shown = null;
  let timer = 0;
  const hide = () => {
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  };
  const show = (at, meaning) => {
    clearTimeout(timer);
    if (shown === at) return;
    hide();
    shown = at;
    tip.textContent = meaning.textContent;
    tip.hidden = false;
    at.setAttribute("aria-describedby", "tip");
    const box = at.getBoundingClientRect();
    const left = Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 8);
    tip.style.left = `${Math.max(8, left) + scrollX}px`;
    const below = box.bottom + tip.offsetHeight + 8 < innerHeight;
    tip.style.top = `${(below ? box.bottom + 4 : box.top - tip.offsetHeight - 4) + scrollY}px`;
  };
  const explain = (at, id) => {
    const meaning = document.getElementById(id)?.nextElementSibling;
    if (!meaning) return;
    at.onmouseenter = at.onfocus = () => show(at, meaning);
    at.onblur = hide;
    at.onmouseleave = () => { timer = setTimeout(hide, 200); };
    // A first tap explains, a second one goes to the list of words.
    at.onpointerdown = (event) => { at.dataset.tapped = event.pointerType === "touch" && shown !== at ? "1" : ""; };
    if (at.localName === "a") at.onclick = (event) => at.dataset.tapped && (event.preventDefault(), show(at, meaning));
  };
  all(".term").forEach((term) => explain(term, term.hash.slice(1)));
  all("[data-tip] button").forEach((button) => explain(button, button.parentElement.dataset.tip));
  tip.onmouseenter = () => clearTimeout(timer);
  tip.onmouseleave = hide;
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());

  // Commands.
  for (const block of all(".command")) {
    const button = make("button", { type: "button", textContent: "Copy" });
    button.onclick = async () => {
      try {
        await navigator.clipboard.writeText(block.firstChild.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(block.firstChild);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    };
    block.append(button);
  }
}
