"use strict";
(() => {
  const table = document.getElementById("table");
  if (!table) return;
  const MOST = +table.dataset.most; // rows shown at a time; a browser lays out thousands for seconds
  const body = table.tBodies[0];
  let rows = [...body.rows];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLocaleLowerCase()]));
  const [find, show, shown, earlier, later] =
    ["find", "show", "shown", "earlier", "later"].map((id) => document.getElementById(id));
  document.getElementById("tools").hidden = false;
  let first = 0;

  function lay() {
    const wanted = find.value.trim().toLocaleLowerCase();
    const kept = rows.filter((row) =>
      (!show.value || row.classList.contains(show.value)) && texts.get(row).includes(wanted));
    first = Math.max(0, Math.min(first, kept.length - 1));
    first -= first % MOST;
    const seen = new Set(kept.slice(first, first + MOST));
    rows.forEach((row) => row.classList.toggle("off", !seen.has(row)));
    const last = first + seen.size;
    const paged = kept.length > MOST;
    earlier.hidden = later.hidden = !paged;
    earlier.disabled = first === 0;
    later.disabled = last >= kept.length;
    if (paged) shown.textContent = `${first + 1} to ${last} of ${kept.length}`;
    else shown.textContent = kept.length === rows.length ? "" : `${kept.length} of ${rows.length}`;
  }
  const anew = () => { first = 0; lay(); };
  find.addEventListener("input", anew);
  show.addEventListener("change", anew);
  earlier.addEventListener("click", () => { first -= MOST; lay(); });
  later.addEventListener("click", () => { first += MOST; lay(); });

  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const results = ["again", "unscored", "passed"];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = {
        number: (row) => parseFloat(row.cells[column].textContent),
        result: (row) => results.findIndex((result) => row.classList.contains(result)),
      }[head.dataset.sort] ?? ((row) => row.cells[column].textContent);
      const keyed = rows.map((row) => [key(row), row]);
      keyed.sort(([one], [other]) => {
        if (typeof one === "string") return order.compare(one, other) * (up ? 1 : -1);
        // What was not measured stays last, whichever way.
        return Number.isNaN(one) - Number.isNaN(other) || (one - other) * (up ? 1 : -1) || 0;
      });
      rows = keyed.map(([, row]) => row);
      rows.forEach((row) => row.classList.add("off"));
      body.replaceChildren(...rows);
      anew();
    });
  });
  lay();
})();
