// Replaces the live part of a page when the server says that something changed. A page works
// without it; while you select, type or have the focus inside, only a link to reload is shown.
"use strict";
const part = document.querySelector("[data-live]");
if (part && window.EventSource) {
  const events = new EventSource("/events");
  const isBusy = () => part.contains(document.activeElement) || !document.getSelection().isCollapsed;
  const offer = () => {
    if (document.querySelector(".note.live")) return;
    const note = document.createElement("p");
    note.className = "note live";
    note.setAttribute("role", "status");
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "There is news: reload";
    note.append(link);
    part.before(note);
  };
  events.addEventListener("change", async () => {
    if (isBusy()) return offer();
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-live]");
    if (fresh && !isBusy()) part.replaceChildren(...fresh.childNodes);
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.form.elements.text.value);
    button.textContent = "Copied";
  });
}
