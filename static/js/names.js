// Names of tags and collections that there are, offered while one is typed.

let asking = 0;
for (const moment of ["input", "focusin"]) {
  document.addEventListener(moment, (event) => {
    const input = event.target;
    if (!input.matches?.("[data-names]")) return;
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const begun = input.value;
      const answered = await fetch(`${input.dataset.names}?${new URLSearchParams({ begun })}`).catch(() => null);
      if (!answered?.ok || answered.redirected) return;
      const template = document.createElement("template");
      template.innerHTML = await answered.text();
      if (input.value !== begun) return; // what is typed by now has an answer of its own
      input.list?.replaceChildren(template.content);
    }, 120);
  });
}
