// Uploads from every page: drop, paste, choose. One request per file, three at a time; each file keeps its row until
// the reader closes the list. Without this script the form on the upload page does the same with a reload.

const AT_ONCE = 3;
const MOST_FILES = 5000;

const corner = document.getElementById("upload-corner");
if (corner) start(corner);

function start(corner) {
  const tray = corner.querySelector(".upload-tray");
  const rows = tray.querySelector(".upload-rows");
  const title = tray.querySelector("[data-tray-title]");
  const newPictures = tray.querySelector("[data-new-pictures-link]");
  const status = corner.querySelector("[data-upload-status]");
  const cover = corner.querySelector("[data-drop-cover]");
  const template = corner.querySelector("template[data-sending-row]");
  const limitBytes = Number(tray.dataset.limitBytes);
  const waiting = [];
  let active = 0;
  let finished = 0;
  let failed = 0;
  let total = 0;
  let pictures = 0;

  // Choosing

  function enhance(root) {
    for (const box of root.querySelectorAll("[data-upload-box]")) {
      box.querySelectorAll("[data-when-script]").forEach((part) => { part.hidden = false; });
      box.querySelectorAll("[data-without-script]").forEach((part) => { part.hidden = true; });
    }
  }

  function choose(isFolder) {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.webkitdirectory = isFolder;
    input.addEventListener("change", () => {
      const files = [...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
      add(isFolder ? files.filter(({ name }) => !isHidden(name)) : files);
    });
    input.click();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-choose-files]")) choose(false);
    if (event.target.closest("[data-choose-folder]")) choose(true);
  });

  document.addEventListener("submit", (event) => {
    const box = event.target.closest("[data-upload-box]");
    if (box) {
      event.preventDefault();
      const field = box.elements.text;
      if (field.value.trim()) {
        addText(field.value);
        field.value = "";
      } else {
        field.focus();
        announce("There is no text to upload yet.");
      }
      return;
    }
    const examples = event.target.closest("[data-upload-examples]");
    if (examples) {
      event.preventDefault();
      loadExamples(examples);
    }
  });

  // Dropping: anywhere on any page, but only where files are dragged, not text or pictures of the page itself.

  let depth = 0;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const showCover = (isShown) => {
    cover.hidden = !isShown;
    if (!isShown) depth = 0;
  };
  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    showCover(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth -= 1;
    if (depth <= 0) showCover(false);
  });
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    showCover(false);
    // Entries must be taken before the first await: the list is emptied when this handler returns.
    const entries = [...event.dataTransfer.items]
      .filter((item) => item.kind === "file")
      .map((item) => item.webkitGetAsEntry?.() || item.getAsFile())
      .filter(Boolean);
    const found = [];
    for (const entry of entries) await collect(entry, found);
    if (found.length) add(found);
    else announce("There were no files in what was dropped.");
  });

  async function collect(entry, found) {
    if (found.length >= MOST_FILES) return;
    if (entry instanceof File) {
      found.push({ file: entry, name: entry.name });
    } else if (entry.isFile) {
      const path = entry.fullPath.replace(/^\//, "");
      try {
        found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), name: path });
      } catch {
        found.push({ file: null, name: path });
      }
    } else if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        // A reader hands out a hundred entries at a time.
        const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
        if (!some.length) break;
        for (const child of some) if (!isHidden(child.name)) await collect(child, found);
      }
    }
  }

  // What a file manager hides, such as .DS_Store, nobody means to upload with a folder.
  function isHidden(path) {
    return path.split("/").some((part) => part.startsWith("."));
  }

  // Pasting: files, or a text that could be a transcript, but never what is meant for a field.

  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("input, textarea, [contenteditable]")) return;
    const files = [...(event.clipboardData?.files || [])];
    if (files.length) {
      event.preventDefault();
      add(files.map((file) => ({ file, name: file.name })));
      return;
    }
    const text = event.clipboardData?.getData("text/plain") || "";
    const isLikely = /^\s*[[{]|^\s*(?:event|data|id|retry)?\s*:/.test(text);
    if (text.trim() && (isLikely || document.querySelector("[data-upload-box]"))) {
      event.preventDefault();
      addText(text);
    }
  });

  function addText(text) {
    add([{ file: new File([text], "pasted text", { type: "text/plain" }), name: "pasted text" }]);
  }

  // Sending

  function add(found) {
    if (found.length > MOST_FILES) {
      announce(`Only the first ${MOST_FILES} files are taken at once.`);
      found.length = MOST_FILES;
    }
    tray.hidden = false;
    for (const { file, name } of found) {
      const upload = { file, name, row: newRow(name), request: null, isCancelled: false };
      upload.row.querySelector("[data-cancel]").addEventListener("click", () => cancel(upload));
      rows.append(upload.row);
      total += 1;
      if (!file) {
        fail(upload, "This file could not be opened. Check that you may read it, then drop it again.");
      } else if (file.size > limitBytes) {
        fail(upload, `This file is ${inMegabytes(file.size)}; at most ${tray.dataset.limit} are taken. Nothing was sent.`);
      } else {
        waiting.push(upload);
      }
    }
    if (found.length > 1) announce(`${found.length} files are being uploaded.`);
    rows.lastElementChild?.scrollIntoView({ block: "nearest" });
    pump();
  }

  function pump() {
    while (active < AT_ONCE && waiting.length) {
      const upload = waiting.shift();
      if (!upload.isCancelled) send(upload);
    }
    describe();
  }

  function send(upload) {
    active += 1;
    const request = new XMLHttpRequest();
    upload.request = request;
    upload.row.className = "upload-row is-sending";
    const bar = upload.row.querySelector("progress");
    bar.hidden = false;
    bar.setAttribute("aria-label", `Sending ${upload.name}`);
    say(upload, `sending 0 of ${inMegabytes(upload.file.size)}`);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      say(upload, `sending ${inMegabytes(Math.min(event.loaded, upload.file.size))} of ${inMegabytes(upload.file.size)}`);
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      bar.setAttribute("aria-label", `Reading ${upload.name}`);
      upload.row.className = "upload-row is-reading";
      say(upload, "reading");
    });
    request.addEventListener("load", () => settle(upload, () => answered(upload, request)));
    request.addEventListener("error", () => settle(upload, () => {
      fail(upload, "The connection to the gallery failed, so this file may not have arrived. Check your network, then try again.", true);
    }));
    request.addEventListener("abort", () => settle(upload, () => cancelled(upload)));
    request.open("POST", tray.dataset.url);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.setRequestHeader("X-CSRFToken", token());
    const form = new FormData();
    form.append("files", upload.file, upload.file.name || upload.name);
    request.send(form);
  }

  function settle(upload, conclude) {
    active -= 1;
    upload.request = null;
    conclude();
    pump();
  }

  function answered(upload, request) {
    const row = rowsIn(request)[0];
    if (row) {
      row.querySelector(".upload-name")?.replaceChildren(upload.name);
      upload.row.replaceWith(row);
      upload.row = row;
      upload.file = null;
      conclude(row, upload.name);
    } else {
      fail(upload, inWords(request), request.status === 429 || request.status >= 500);
    }
  }

  function rowsIn(request) {
    if (!(request.getResponseHeader("Content-Type") || "").startsWith("text/html")) return [];
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    return [...page.querySelectorAll("[data-upload-row]")].map((row) => document.adoptNode(row));
  }

  function inWords(request) {
    const isSentence = (request.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    if (isSentence && request.responseText.length < 400) return request.responseText;
    if (request.status === 413) return `This file is larger than the server takes (${tray.dataset.limit}, or less if a proxy stands before it).`;
    if (request.status === 401 || request.status === 403) return "You are signed out. Sign in again, then upload it again.";
    if (request.status === 429) return "Too many uploads at once. Wait a minute, then try again.";
    if (request.status === 502 || request.status === 503 || request.status === 504) return "The gallery did not answer in time. It may still be reading this file: look among the transcripts before you try again.";
    return `The gallery failed on this file (status ${request.status}). Try again; if it happens again, whoever runs the gallery finds the reason in the server's log.`;
  }

  function conclude(row, name) {
    finished += 1;
    if (row.matches(".is-refused, .is-failed")) failed += 1;
    const found = Number(row.dataset.newPictures) || 0;
    pictures += found;
    announce(`${name}: ${row.querySelector(".upload-sentence")?.textContent.trim() || "done"}`);
    if (found) document.body.dispatchEvent(new CustomEvent("gallery:uploaded", { detail: { pictures: found } }));
    describe();
  }

  function fail(upload, sentence, canRetry = false) {
    upload.row.className = "upload-row is-failed";
    upload.row.querySelector("progress")?.remove();
    say(upload, sentence);
    const button = upload.row.querySelector("[data-cancel]");
    if (canRetry && button) {
      const again = button.cloneNode();
      again.removeAttribute("data-cancel");
      again.className = "";
      again.textContent = "Try again";
      again.setAttribute("aria-label", `Try again with ${upload.name}`);
      again.addEventListener("click", () => {
        const row = newRow(upload.name);
        upload.row.replaceWith(row);
        upload.row = row;
        row.querySelector("[data-cancel]").addEventListener("click", () => cancel(upload));
        finished -= 1;
        failed -= 1;
        waiting.push(upload);
        pump();
      });
      button.replaceWith(again);
    } else {
      button?.remove();
    }
    finished += 1;
    failed += 1;
    announce(`${upload.name}: ${sentence}`);
    describe();
  }

  function cancel(upload) {
    upload.isCancelled = true;
    if (upload.request) {
      upload.request.abort();
    } else {
      cancelled(upload);
      pump();
    }
  }

  function cancelled(upload) {
    const wasReading = upload.row.matches(".is-reading");
    upload.row.className = "upload-row is-cancelled";
    upload.row.querySelector("progress")?.remove();
    upload.row.querySelector("[data-cancel]")?.remove();
    say(upload, wasReading ? "cancelled, but it had already arrived: it may be kept" : "cancelled, nothing was kept");
    finished += 1;
    announce(`${upload.name}: cancelled`);
    describe();
  }

  function loadExamples(form) {
    const button = form.querySelector("button");
    button.disabled = true;
    tray.hidden = false;
    const upload = { name: "five examples", row: newRow("five examples") };
    upload.row.querySelector("[data-cancel]").remove();
    rows.append(upload.row);
    total += 1;
    say(upload, "reading");
    const request = new XMLHttpRequest();
    request.addEventListener("loadend", () => {
      button.disabled = false;
      const found = rowsIn(request);
      if (!found.length) {
        fail(upload, request.status ? inWords(request) : "The connection to the gallery failed. Try again.");
        return;
      }
      upload.row.replaceWith(...found);
      total += found.length - 1;
      for (const row of found) conclude(row, row.querySelector(".upload-name")?.textContent || "");
    });
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.setRequestHeader("X-CSRFToken", token());
    request.send();
  }

  // The list of rows

  function newRow(name) {
    const row = template.content.firstElementChild.cloneNode(true);
    row.querySelector(".upload-name").textContent = name;
    row.querySelector("[data-cancel]").setAttribute("aria-label", `Cancel ${name}`);
    return row;
  }

  function say(upload, sentence) {
    upload.row.querySelector(".upload-sentence").textContent = sentence;
  }

  function describe() {
    const open = total - finished;
    title.textContent = open ? `Uploading: ${finished} of ${total} done` : `${total} uploaded`;
    if (!open && failed) title.textContent = failed === total ? `${total} not uploaded` : `${total - failed} uploaded, ${failed} not`;
    newPictures.hidden = !pictures;
    newPictures.textContent = pictures === 1 ? "1 new picture" : `${pictures} new pictures`;
    if (!open && total > 1 && total === finished && waiting.length === 0) {
      announce(`${title.textContent}${pictures ? `, ${newPictures.textContent}` : ""}.`);
    }
  }

  tray.querySelector("[data-tray-close]").addEventListener("click", () => {
    tray.hidden = true;
    if (total === finished) {
      rows.replaceChildren();
      total = finished = failed = pictures = 0;
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (active || waiting.length) event.preventDefault();
  });

  let announcement;
  function announce(sentence) {
    clearTimeout(announcement);
    announcement = setTimeout(() => { status.textContent = sentence; }, 50);
  }

  function token() {
    return document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  }

  function inMegabytes(bytes) {
    if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
    if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
    return `${(bytes / 1e6).toFixed(1)} MB`;
  }

  enhance(document);
  document.addEventListener("htmx:load", () => enhance(document));
}
