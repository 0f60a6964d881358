// Formulas wait for the text. If the window shows some, these come first; all others come, a few at a time, as soon as
// the reader does something. typesetAll() does not wait for that, and returns a promise.
{
  const BATCH = 8;
  const SIGNS = ["scroll", "pointermove", "pointerdown", "keydown", "focusin"];
  const source = new URL("startup.js", document.currentScript.src);
  const formulas = [...document.querySelectorAll(".math")];
  const once = (make, made) => () => (made ??= make());

  const load = once(() => new Promise((resolve) => {
    const script = document.createElement("script");
    Object.assign(script, { src: source, onload: () => resolve(MathJax.startup.promise) });
    document.head.append(script);
  }));

  // What is wider than its column scrolls, by keyboard, too. A formula within a line needs a class for that.
  function markWide(formulas) {
    for (const formula of formulas) {
      const typeset = formula.querySelector("mjx-container");
      if (!typeset) {
        continue; // its turn has not come yet
      }
      const isInLine = formula.matches("span");
      const column = isInLine ? formula.closest("p, li, dt, dd, td, th, div") : typeset;
      const isWide = typeset.scrollWidth > column.clientWidth;
      formula.classList.toggle("wide", isInLine && isWide);
      const scroller = isInLine ? formula : typeset;
      isWide ? scroller.setAttribute("tabindex", 0) : scroller.removeAttribute("tabindex");
    }
  }

  async function typeset(formulas) {
    if (formulas.length > 0) {
      await load();
      await MathJax.typesetPromise(formulas);
      markWide(formulas);
    }
  }

  window.typesetAll = once(async () => {
    for (let start = 0; start < formulas.length; start += BATCH) {
      await typeset(formulas.slice(start, start + BATCH));
      await new Promise((resume) => setTimeout(resume));
    }
  });

  window.MathJax = {
    ...window.MathJax,
    loader: { load: ["core", "input/tex", "output/chtml", "a11y/assistive-mml"] },
    startup: { typeset: false },
  };
  const isSeen = (formula) => formula.getBoundingClientRect().top < innerHeight;
  requestAnimationFrame(() => setTimeout(() => typeset(formulas.filter(isSeen))));
  SIGNS.forEach((sign) => addEventListener(sign, typesetAll, { once: true }));
  addEventListener("resize", () => markWide(formulas));
  addEventListener("beforeprint", () => MathJax.typeset?.());
}
