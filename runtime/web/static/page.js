// What makes editing quicker; every page works without it.
"use strict";
(() => {
  const edit = document.querySelector("[data-edit]");

  // A text that is written overrides; a box that is emptied inherits.
  const follow = (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell) return;
    const box = cell.querySelector("input[type=checkbox]");
    const field = cell.querySelector("input[type=text], textarea, select");
    if (event.target === box) {
      if (box.checked) field.focus();
      else field.value = "";
      if (field.dataset.inherited) field.placeholder = box.checked && cell.dataset.cell === "string" ? "empty text" : field.dataset.inherited;
    } else if (box && field.value !== "") {
      box.checked = true;
    }
    const was = cell.querySelector("input[type=hidden]");
    const on = box ? box.checked : field.value !== "";
    cell.classList.toggle("on", on);
    cell.classList.toggle("touched", on !== Boolean(was) || (on && field.value !== was.value));
  };

  // Up and down go to the same column of the next row, as in a sheet.
  const move = (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const field = event.target;
    if (!step || field.type !== "text" || !field.closest("[data-cell]")) return;
    const cell = field.closest("td");
    for (let row = cell.parentElement; row; ) {
      row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
      const next = row?.cells[cell.cellIndex]?.querySelector("input[type=text], textarea, select");
      if (next) {
        event.preventDefault();
        next.focus();
        return;
      }
    }
  };

  if (edit) {
    let written = edit.hasAttribute("data-dirty"), sent = false;
    edit.addEventListener("input", (event) => { written = true; follow(event); });
    edit.addEventListener("keydown", move);
    edit.addEventListener("submit", () => { sent = true; });
    window.addEventListener("beforeunload", (event) => { if (written && !sent) event.preventDefault(); });
  }

  document.addEventListener("keydown", (event) => {
    const search = document.querySelector("[data-search]");
    if (event.key !== "/" || !search || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
})();
