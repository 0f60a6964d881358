// Formulas in the window are typeset at once, the others a few at a time as soon as the reader does something: so even
// a phone shows the text, and answers, without delay. typesetAll() does not wait, and returns a promise.

const BATCH = 8;
const SIGNS = ["scroll", "pointermove", "pointerdown", "keydown", "focusin", "beforeprint"];
const formulas = [...document.querySelectorAll(".math")];
let done;

function typesetVisible() {
  SIGNS.forEach((sign) => addEventListener(sign, typesetAll, { once: true }));
  const isVisible = (formula) => formula.getBoundingClientRect().top < innerHeight;
  return MathJax.typesetPromise(formulas.filter(isVisible));
}

function typesetAll() {
  done ??= MathJax.startup.promise.then(async () => {
    while (formulas.length > 0) {
      await MathJax.typesetPromise(formulas.splice(0, BATCH));
      await new Promise((resume) => setTimeout(resume));
    }
  });
  return done;
}

window.MathJax = {
  ...window.MathJax,
  loader: { load: ["core", "input/tex", "output/chtml", "a11y/assistive-mml"] },
  startup: { pageReady: typesetVisible },
};
const startup = document.createElement("script");
startup.src = new URL("startup.js", document.currentScript.src);
document.head.append(startup);
addEventListener("beforeprint", () => MathJax.typeset());
