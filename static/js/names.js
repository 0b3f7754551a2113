// Names of tags and collections that there are, offered while one is typed.

let asking = 0;
for (const moment of ["input", "focusin"]) {
  document.addEventListener(moment, (event) => {
    const input = event.target;
    if (!input.matches?.("[data-names]")) return;
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const answered = await fetch(`${input.dataset.names}?${new URLSearchParams({ begun: input.value })}`).catch(() => null);
      if (!answered?.ok || answered.redirected) return;
      const template = document.createElement("template");
      template.innerHTML = await answered.text();
      input.list?.replaceChildren(template.content);
    }, 120);
  });
}
