// Choosing a whole folder: browsers tell the path of each file to scripts only, so it is sent beside the files.
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
})();
