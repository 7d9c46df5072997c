// Printing: on white whatever the theme, and all of it drawn, though nobody has scrolled there.

let printing = false;

export const isPrinting = () => printing;

/** Call back when the page is to look as on paper, and when no longer. */
export function onPrint(callback) {
  for (const [event, begins] of [["beforeprint", true], ["afterprint", false]]) {
    addEventListener(event, () => {
      printing = begins;
      callback();
    });
  }
}
