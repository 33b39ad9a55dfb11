"use strict";
(() => {
  const table = document.getElementById("table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const find = document.getElementById("find");
  const show = document.getElementById("show");
  const shown = document.getElementById("shown");
  document.getElementById("tools").hidden = false;

  const texts = rows.map((row) => row.textContent.toLocaleLowerCase());
  function filter() {
    const wanted = find.value.trim().toLocaleLowerCase();
    let count = 0;
    rows.forEach((row, number) => {
      const kept = (!show.value || row.classList.contains(show.value)) && texts[number].includes(wanted);
      row.hidden = !kept;
      count += kept;
    });
    shown.textContent = count === rows.length ? "" : count + " of " + rows.length;
  }
  find.addEventListener("input", filter);
  show.addEventListener("change", filter);

  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const results = ["again", "unscored", "passed"];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const number = head.classList.contains("number");
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const result = head.textContent === "Result";
      const keyed = rows.map((row) => {
        const text = row.cells[column].textContent;
        return { row, key: result ? results.indexOf(row.className) : number ? parseFloat(text) : text };
      });
      // What was not measured stays last, whichever way.
      keyed.sort((one, other) => {
        if (typeof one.key === "string") return order.compare(one.key, other.key) * (up ? 1 : -1);
        const missing = Number.isNaN(one.key) - Number.isNaN(other.key);
        return missing || (one.key - other.key) * (up ? 1 : -1) || 0;
      });
      const sorted = document.createDocumentFragment();
      keyed.forEach(({ row }) => sorted.append(row));
      body.append(sorted);
    });
  });
})();
