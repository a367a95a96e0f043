// Says where the socket is and which colours the reader prefers, before textual.js starts at the load event.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  const terminal = document.getElementById("terminal");
  terminal.dataset.sessionWebsocketUrl =
    scheme + "//" + window.location.host + "/ws/" + (dark ? "dark" : "light");
  if (window.innerWidth < 700) terminal.dataset.fontSize = "11";
  // Keys go to the app from the start, and again after a click beside it.
  const focus = () => {
    const keys = document.querySelector(".xterm-helper-textarea");
    if (keys) keys.focus();
  };
  new MutationObserver((_, observer) => {
    if (document.body.classList.contains("-first-byte")) {
      observer.disconnect();
      focus();
    }
  }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  terminal.addEventListener("click", focus);
});
