/* Arrow keys on an archive map: to the next cell that holds a candidate. One cell of a map is in the tab order, the one
   that was last left; the table below the map holds the same for those who walk without a script. */
"use strict";

document.addEventListener("keydown", event => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const link = step && !event.ctrlKey && !event.metaKey && !event.altKey && event.target.closest?.(".heat td a");
  if (!link) return;
  event.preventDefault();
  const rows = [...link.closest("tbody").rows];
  let row = rows.indexOf(link.closest("tr")), column = link.closest("td").cellIndex, next = null;
  while (!next && rows[row += step[1]]?.cells[column += step[0]]) next = rows[row].cells[column].querySelector("a");
  if (!next) return;
  link.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});
