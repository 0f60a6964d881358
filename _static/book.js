// The theme lets the keyboard reach what is too wide and scrolls, but measures only when
// the window changes. What a click unfolds must be measured, too, once it is open.
document.addEventListener("click", () => {
  setTimeout(() => window.dispatchEvent(new Event("resize")));
});
