// Choosing a whole folder: browsers tell the path of each file to scripts only, so it is sent beside the files.
// Correcting a file: the line that a problem names is selected.
"use strict";
(() => {
  for (const form of document.querySelectorAll("form[data-folder]")) {
    form.hidden = false;
    const input = form.querySelector("input[type=file]");
    form.addEventListener("submit", () => {
      for (const old of form.querySelectorAll("input[name=paths]")) old.remove();
      for (const file of input.files) {
        const path = document.createElement("input");
        path.type = "hidden";
        path.name = "paths";
        path.value = file.webkitRelativePath || file.name;
        form.append(path);
      }
    });
  }

  const text = document.querySelector("textarea[data-line]");
  const lines = text ? text.value.split("\n") : [];
  const line = text ? Number(text.dataset.line) : 0;
  if (line >= 1 && line <= lines.length) {
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + lines[line - 1].length);
    text.scrollTop = (text.scrollHeight * (line - 5)) / lines.length;
  }
})();
