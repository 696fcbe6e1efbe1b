// Tells the reader of changes since the page was made. The page works without it.
"use strict";
const live = document.getElementById("live");
if (live && "EventSource" in window) {
  const source = new EventSource(live.dataset.stream);
  const changed = new Set();
  source.onmessage = (event) => {
    changed.add(JSON.parse(event.data).id);
    const link = live.querySelector("a") ?? live.appendChild(document.createElement("a"));
    link.href = location.href;
    link.textContent = live.dataset.text.replace("{n}", String(changed.size));
    live.classList.add("on");
  };
  // A stream that the server ends on purpose is not asked for again by the same page.
  source.addEventListener("end", (event) => {
    if (JSON.parse(event.data).reason !== "time") source.close();
  });
}
