/** Links such as <a href="tel:+86-10-1234"> are dialled by `dial`. Gives the function that ends it. */
export function clickToDial(dial, root = document) {
  const clicked = (event) => {
    const link = event.target.closest?.('a[href^="tel:"]');
    if (!link || event.defaultPrevented) return;
    event.preventDefault();
    // What follows a semicolon are parameters of the link.
    const [number] = decodeURIComponent(link.getAttribute("href").slice("tel:".length)).split(";");
    dial(number.replace(/[^\d+*#]/g, ""));
  };
  root.addEventListener("click", clicked);
  return () => root.removeEventListener("click", clicked);
}
