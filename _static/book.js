// The theme lets the keyboard reach what is too wide and scrolls, but measures only when
// the window changes. What a click unfolds must be measured, too, once it is open.
document.addEventListener("click", () => {
  setTimeout(() => window.dispatchEvent(new Event("resize")));
});

// A formula within a line cannot be broken. One that is wider than its column scrolls.
function markWideFormulas() {
  for (const formula of document.querySelectorAll("span.math > mjx-container")) {
    const column = formula.closest("p, li, dt, dd, td, th, div");
    const isWide = formula.getBoundingClientRect().width > column.clientWidth;
    formula.parentElement.classList.toggle("wide", isWide);
  }
}

window.addEventListener("load", () => {
  window.MathJax?.startup?.promise?.then(markWideFormulas);
  window.addEventListener("resize", markWideFormulas);
});
