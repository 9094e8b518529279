// Runs in the head, before anything is drawn: a dark page must not flash white while the scripts load.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const words = { dark: "dark", light: "light" };
  let wish = words[document.getElementById("nicegui-color-scheme")?.content] ?? "auto";
  const isDark = () => wish === "dark" || (wish === "auto" && system.matches);
  const show = () => (document.documentElement.dataset.theme = isDark() ? "dark" : "light");
  system.addEventListener("change", show);
  // "dark", "light", or "auto" for what the system says
  window.cwTheme = (theme) => {
    wish = theme;
    show();
    window.Quasar?.Dark.set(theme === "auto" ? "auto" : theme === "dark");
    for (const choice of document.querySelectorAll("[data-theme-choice]"))
      choice.classList.toggle("is-on", choice.dataset.themeChoice === theme);
    return theme;
  };
  window.cwFlip = () => cwTheme(isDark() ? "light" : "dark");
  show();

  // Whether the line to the server is cut, as NiceGUI's own notice says, which is hidden: "data-line" at once, "data-cut" when
  // it lasts, and a strip at the top says so. On the root and not asked for with :has(), for which
  // the browser looks at the whole page again whenever anything is added to it.
  addEventListener("DOMContentLoaded", () => {
    const notice = document.getElementById("popup");
    if (!notice) return;
    const { dataset } = document.documentElement;
    let wait;
    const say = () => {
      clearTimeout(wait);
      dataset.line = notice.ariaHidden === "false" ? "off" : "on";
      if (dataset.line === "on") delete dataset.cut;
      // A page that is left is cut off as well, and a line that is back at once need not be spoken of.
      else wait = setTimeout(() => (dataset.cut = ""), 2000);
    };
    new MutationObserver(say).observe(notice, { attributeFilter: ["aria-hidden"] });
  });

  // The navigation beside a long page says which part of it is on screen.
  addEventListener(
    "scroll",
    () => {
      const links = [...document.querySelectorAll("[data-spy] a")];
      const parts = links.map((link) => document.querySelector(link.hash));
      const end = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
      const at = end ? parts.length - 1 : parts.findLastIndex((part) => part?.getBoundingClientRect().top < 160);
      links.forEach((link, place) => link.classList.toggle("is-on", place === Math.max(at, 0)));
    },
    { passive: true },
  );

  // Up and down go through a menu, as in every other program.
  addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const menu = step && [...document.querySelectorAll(".q-menu")].pop();
    if (!menu) return;
    const items = [...menu.querySelectorAll(".cw-menu-item")];
    if (items.length === 0) return;
    const at = items.indexOf(document.activeElement);
    items[at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length].focus();
    event.preventDefault();
  });
})();
