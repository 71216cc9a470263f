/* Moving through changes: from change to change, from file to file, and which files a reader has ticked off.
   The buttons (and through keys.js their keys) are all of it; without script the page has the changes all the same. */
"use strict";

(() => {
  const HERE = 120;  // px below the top: what stands there is what is being read
  const top = element => element.getBoundingClientRect().top;
  const files = () => [...document.querySelectorAll(".file")];
  const shown = element => element.checkVisibility();

  /* The stops in order: changes, and the places where more of them are loaded. */
  const stops = () => [...document.querySelectorAll(".file [data-change], .file .rest")].filter(shown);

  let current = null;

  function position(list) {
    const at = list.indexOf(current);
    if (at >= 0 && Math.abs(top(current) - HERE) < innerHeight) return at;
    return list.findLastIndex(one => top(one) <= HERE + 1);
  }

  function go(list, by) {
    const at = position(list);
    const next = by < 0 && at >= 0 && top(list[at]) < HERE - 5 ? at : at + by;
    const target = list[Math.min(Math.max(next, 0), list.length - 1)];
    if (target) arrive(target);
  }

  function arrive(target) {
    if (current) current.classList.remove("here");
    current = target;
    target.classList.add("here");
    scrollBy({ top: top(target) - HERE, behavior: "instant" });
    target.focus({ preventScroll: true });
  }

  /* ---- files that were viewed: closed, and known again in this browser ---- */

  const key = file => `viewed ${file.dataset.viewed}`;
  const reading = () => files().findLast(file => top(file) <= HERE + 1) || files()[0];

  function view(file) {
    const viewed = !localStorage.getItem(key(file));
    if (viewed) localStorage.setItem(key(file), "1");
    else localStorage.removeItem(key(file));
    mark(file, viewed);
    if (viewed) file.querySelector("summary").focus({ preventScroll: true });
  }

  function mark(file, viewed) {
    file.open = !viewed;
    file.classList.toggle("viewed", viewed);
  }

  const moves = {
    "next": () => go(stops(), 1),
    "previous": () => go(stops(), -1),
    "next-file": () => go(files(), 1),
    "previous-file": () => go(files(), -1),
    "viewed": () => view(reading()),
  };

  document.addEventListener("click", event => {
    const button = event.target.closest(".difftools [data-move]");
    if (button) moves[button.dataset.move]();
  });

  /* Also for a page that takes the place of this one without being loaded. */
  function begin() {
    current = null;
    const buttons = document.querySelector(".difftools .moves");
    if (buttons) buttons.hidden = false;
    for (const file of files()) if (localStorage.getItem(key(file))) mark(file, true);
  }

  /* Where the place of more rows was the current one, the first change of those rows is now. */
  document.addEventListener("htmx:afterSettle", () => {
    if (!current || current.isConnected) return;
    const next = stops().find(one => top(one) >= HERE - 5);
    if (next) arrive(next);
  });

  document.addEventListener("evoweb:page", begin);
  begin();
})();
