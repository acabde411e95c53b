"""A visitor with a browser window: clicks as people do, and looks whether pages are fit to be used.

It never reaches another address than the example's: what a page asks for elsewhere is refused and reported.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Route

from browser.serving import ROOT

WINDOWS = {"desktop": (1280, 800), "phone": (390, 844)}
"""Width and height of the two windows that every page is looked at in."""
SCREENSHOTS = ROOT / ".build" / "screenshots"
TIMEOUT_MS = 15_000

# What everybody needs of a page: a title and a language, one main heading, a name for everything that can be used, a
# text for every image, and nothing that must be scrolled sideways.
COMPLAINTS = """() => {
  const wrong = [];
  const named = e => (e.labels && e.labels.length && [...e.labels].some(l => l.textContent.trim()))
    || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.title;
  if (!document.title.trim()) wrong.push('no title');
  if (!document.documentElement.lang) wrong.push('no language');
  if (!document.querySelector('meta[name=viewport]')) wrong.push('no viewport');
  const headings = document.querySelectorAll('h1').length;
  if (headings !== 1) wrong.push(headings + ' main headings');
  for (const e of document.querySelectorAll('input:not([type=hidden]):not([type=submit]), select, textarea'))
    if (!named(e)) wrong.push('a field without a label: ' + (e.name || e.outerHTML));
  for (const e of document.querySelectorAll('button, a'))
    if (!e.textContent.trim() && !named(e)) wrong.push('a control without a name: ' + e.outerHTML);
  for (const e of document.querySelectorAll('img'))
    if (!e.hasAttribute('alt')) wrong.push('an image without a text: ' + e.src);
  for (const e of document.querySelectorAll('svg'))
    if (!named(e) && e.getAttribute('aria-hidden') !== 'true' && !e.querySelector('title'))
      wrong.push('a drawing without a text');
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push('two elements are called ' + id);
  for (const e of document.querySelectorAll('button, a, input:not([type=hidden]), select')) {
    const place = e.getBoundingClientRect();
    let right = window.innerWidth;
    for (let box = e.parentElement; box; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== 'visible') right = Math.min(right, box.getBoundingClientRect().right);
    if (place.width && place.right > right + 1) wrong.push('a control is cut off: ' + (e.textContent.trim() || e.name));
  }
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over > 1) wrong.push('the page is ' + over + ' pixels too wide');
  return wrong;
}"""


class Visitor:
    """One person with one window (cookies of their own) at one example."""

    def __init__(self, browser: Browser, address: str, example: str, window: str) -> None:
        self.address = address
        self.window = window
        self.trouble: list[str] = []
        self._example = example
        self._forgiven: set[int] = set()
        width, height = WINDOWS[window]
        phone = window == "phone"
        self._context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=phone, is_mobile=phone, locale="en-GB"
        )
        self._context.set_default_timeout(TIMEOUT_MS)
        self._context.route("**/*", self._only_here)
        self.page = self.tab()

    def tab(self) -> Page:
        """Another tab of the same window."""
        page = self._context.new_page()
        page.on("console", lambda line: self._say(f"console: {line.text}") if line.type == "error" else None)
        page.on("pageerror", lambda error: self._say(f"script: {error}"))
        page.on("response", lambda got: self._say(f"{got.status}: {got.url}") if got.status >= 500 else None)
        return page

    def open(self, path: str) -> None:
        """Goes to a page of the example."""
        self.page.goto(self.address + path)

    def forgive(self, status: int) -> None:
        """From now on answers with this status are part of the story, and the console may say so."""
        self._forgiven.add(status)

    def see(self, name: str, page: Page | None = None, ours: bool = True) -> None:
        """Keeps a picture of the page, and of one that is ours looks whether it is fit to be used."""
        seen = page or self.page
        place = SCREENSHOTS / self._example
        place.mkdir(parents=True, exist_ok=True)
        # A page wider than a phone may stand at another scale after a picture of all of it, and clicks would then miss.
        whole = ours or self.window != "phone"
        seen.screenshot(path=place / f"{name}-{self.window}.png", full_page=whole)
        if ours:
            self.trouble.extend(f"{name}: {complaint}" for complaint in seen.evaluate(COMPLAINTS))

    def close(self) -> None:
        """Closes the window. Fails if anything was wrong with a page."""
        self._context.close()
        assert not self.trouble, "\n".join(self.trouble)

    def _say(self, what: str) -> None:
        if not any(f"a status of {status} " in what for status in self._forgiven):
            self.trouble.append(what)

    def _only_here(self, route: Route) -> None:
        url = route.request.url
        if urlsplit(url).scheme == "data" or url.startswith(self.address + "/"):
            route.continue_()
        else:
            self._say(f"a request to another address: {url}")
            route.abort()


def screenshots_of(example: str) -> Path:
    """Where the pictures of an example are kept."""
    return SCREENSHOTS / example
