// Runs before the first paint, so that a remembered theme does not flash the other one, and parts that need the script
// are there from the beginning.
(() => {
  const root = document.documentElement;
  root.classList.add("script");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage can be forbidden; the theme is then the system's.
  }
})();
