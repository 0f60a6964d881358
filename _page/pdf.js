// Make the page of the whole book ready for paper. Only scripts/pdf.py loads this.

// A formula that is wider than its column becomes smaller.
function shrinkWideFormulas() {
  for (const formula of document.querySelectorAll(".math")) {
    let column = formula;
    while (getComputedStyle(column).display === "inline") column = column.parentElement;
    const ratio = column.clientWidth / formula.querySelector("mjx-math").offsetWidth;
    if (ratio < 1) formula.style.fontSize = `${100 * ratio}%`;
  }
}

// Code becomes one piece of text that is coloured in ranges, since every element of its own would make the PDF larger.
function mergeCode() {
  const colours = {};
  for (const code of document.querySelectorAll("pre")) {
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    const tokens = [];
    while (walker.nextNode()) {
      const { color } = getComputedStyle(walker.currentNode.parentElement);
      tokens.push([color, walker.currentNode.length]);
    }
    code.textContent = code.textContent;
    let start = 0;
    for (const [colour, length] of tokens) {
      const range = new StaticRange({
        startContainer: code.firstChild, startOffset: start,
        endContainer: code.firstChild, endOffset: start + length,
      });
      (colours[colour] ??= new Highlight()).add(range);
      start += length;
    }
  }
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.entries(colours).forEach(([colour, ranges], k) => {
    CSS.highlights.set(`colour-${k}`, ranges);
    sheet.insertRule(`::highlight(colour-${k}) { color: ${colour} }`);
  });
}

// The numbers of the pages are known once the book has been printed.
function fillIn(pages) {
  for (const span of document.querySelectorAll("[data-page-of]")) {
    span.textContent = pages[span.dataset.pageOf] ?? "000";
  }
}

async function prepare(pages) {
  fillIn(pages);
  await MathJax.startup.promise;
  await document.fonts.ready;
  shrinkWideFormulas();
  mergeCode();
}
