/* 工作台快捷键：j/k 移动，按钮上写的字母去按它。 Desk keys: j/k move between rows, a button's letter presses it.
   Enter is the browser's own: it opens the link that has the focus. Never while typing, never with Ctrl/Alt/Meta,
   and the reader can switch them off (WCAG 2.1.4). Without this file everything works with mouse and Tab. */

const STORED = "tongxin-keys";
const TYPING = "input, textarea, select, [contenteditable], [role=application]";

export const allowed = (event) =>
  !event.defaultPrevented &&
  !event.isComposing &&
  !event.ctrlKey &&
  !event.altKey &&
  !event.metaKey &&
  !event.target.closest?.(TYPING);

export const step = (links, current, by) => {
  const open = links.findIndex((link) => link.getAttribute("aria-current"));
  const at = links.indexOf(current);
  const from = at >= 0 ? at : open >= 0 ? open : by > 0 ? -1 : links.length;
  return links[Math.min(Math.max(from + by, 0), links.length - 1)];
};

const off = () => localStorage.getItem(STORED) === "off";

const show = () => {
  document.querySelectorAll("[data-keys-words]").forEach((words) => (words.hidden = false));
  document.querySelectorAll("[data-key] kbd").forEach((key) => (key.hidden = off()));
  document.querySelectorAll("[data-keys-toggle]").forEach((button) => {
    button.textContent = off() ? button.dataset.on : button.dataset.off;
  });
};

const press = (event) => {
  if (off() || !allowed(event)) return;
  if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll("[data-keys-list] a.title")];
    const link = links.length && step(links, document.activeElement, event.key === "j" ? 1 : -1);
    if (!link) return;
    event.preventDefault();
    link.focus();
    link.scrollIntoView({ block: "nearest" });
    return;
  }
  const key = event.key.length === 1 ? CSS.escape(event.key) : "";
  const target = key && document.querySelector(`[data-key="${key}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
};

document.addEventListener("keydown", press);
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-keys-toggle]")) return;
  localStorage.setItem(STORED, off() ? "on" : "off");
  show();
});
show();
