#!/usr/bin/env python3
"""Opens the pages that pypatch writes in a real browser: filters, keys, a phone's width, both themes, and texts that want out.

    tests/browser/pages.py PYPATCH [PAGE ...] [--axe axe.min.js] [--screenshots DIRECTORY]

Opens small pages that PYPATCH writes, or each PAGE. Needs Debian's chromium and chromium-driver, and ends with 77 where they do not start. With --axe, axe-core looks for barriers,
too. Times are printed, and decide nothing.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import KEY_ESCAPE, Browser, Failed  # noqa: E402

# Each of these does something if it is not only shown.
HOSTILE = [
    "<script>window.out = 1; alert(1)</script>",
    "<img src=x onerror='window.out = 2'>",
    "\"><svg onload='window.out = 3'>",
    "</script><script>window.out = 4</script>",
    "</details></section></main><iframe src='http://example.invalid/'></iframe>",
    "<link rel=stylesheet href=http://example.invalid/a.css><style>body{display:none}</style>",
    "]]>--><!-- <base href=http://example.invalid/>",
    "\u202ebackwards\u2066",
    "\x1b[31mred",
    "&lt;b&gt; &amp; ' \" `",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pypatch")
    parser.add_argument("--axe", help="axe.min.js of axe-core")
    parser.add_argument("pages", nargs="*", type=pathlib.Path, help="pages that were written before")
    parser.add_argument("--screenshots", help="the directory for screenshots")
    arguments = parser.parse_args()
    pypatch = os.path.abspath(arguments.pypatch)
    axe = pathlib.Path(arguments.axe).read_text() if arguments.axe else None
    with tempfile.TemporaryDirectory() as folder:
        pages = {page.stem: page.absolute() for page in arguments.pages} or written(pypatch, pathlib.Path(folder))
        try:
            browser = Browser(1280, 900)
        except (OSError, Failed) as error:
            print(f"SKIPPED: Chromium does not start here: {error}")
            sys.exit(77)
        try:
            tests = Tests(browser, axe, arguments.screenshots)
            for name, page in pages.items():
                tests.page(name, page)
        finally:
            browser.close()
    print(f"{tests.count} checks, {len(tests.wrong)} wrong" + ("" if axe else "; axe-core was not given"))
    sys.exit(1 if tests.wrong else 0)


def written(pypatch, folder):
    """The pages, by name."""
    environment = dict(os.environ, NO_COLOR="1", SOURCE_DATE_EPOCH="1767225600")

    def pages_of(*command):
        found = subprocess.run([pypatch, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if not found.stdout.startswith("<!doctype html>"):
            sys.exit(f"{command}: {found.stderr}")
        return found.stdout

    (folder / "tree/Include").mkdir(parents=True)
    (folder / "tree/Include/patchlevel.h").write_text('#define PY_VERSION "3.13.5"\n')
    lines = [f"line {number} with the words old and more\n" for number in range(400)]
    (folder / "tree/notes").write_text("".join(lines))
    edits = []
    for number, text in enumerate(HOSTILE + ["x" * 10_000]):
        edits += [
            {"id": f"add-{number}", "why": text, "file": f"new-{number}", "file.add": {"content": text + "\n"}},
            {"id": f"lost-{number}", "why": text, "file": "notes", "text.replace": {"find": text, "with": "y"}},
        ]
    good = [edit for edit in edits if edit["id"].startswith("add")]
    for number in (20, 250):
        good.append({
            "id": f"change-{number}", "why": "Two words of one line differ.", "file": "notes",
            "text.replace": {"find": f"line {number} with the words old", "with": f"line {number} with the words new"},
        })
    good.append({"id": "skipped", "why": "Not here.", "when": "<2.7", "file": "notes", "file.remove": {"contains": "line"}})
    for name, own in (("good", good), ("bad", edits)):
        path = folder / "patchsets" / name
        path.mkdir(parents=True)
        # JSON is YAML.
        text = {"schema": 1, "id": name, "title": HOSTILE[0], "edits": own}
        (path / "patchset.yaml").write_text(json.dumps(text))
    pages = {
        "plan": pages_of("plan", "good", "tree", "--format", "html"),
        "misfit": pages_of("plan", "bad", "tree", "--format", "html"),
        "check": pages_of("check", "good", "bad", "--format", "html"),
        "matrix": pages_of("matrix", "bad", "tree", "tree", "--base", "tree", "--format", "html"),
    }
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page)
    return {name: folder / f"{name}.html" for name in pages}


class Tests:
    """Checks, which are counted and printed if they do not hold."""

    def __init__(self, browser, axe, screenshots):
        self.browser, self.axe, self.screenshots = browser, axe, screenshots
        self.count, self.wrong = 0, []

    def check(self, holds, what):
        self.count += 1
        if not holds:
            self.wrong.append(what)
            print(f"wrong: {what}")

    def page(self, name, path):
        """All checks of a page."""
        browser = self.browser
        browser.resize(1280, 900)
        browser.theme("light")
        browser.requests()
        seconds = browser.open(f"file://{path}")
        print(f"{name}: {path.stat().st_size} bytes, opened in {seconds:.2f} s")
        self.check(path.stat().st_size < 2 << 20, f"{name}: the page has less than 2 MiB")
        shown = self.shown()
        self.check(shown[0] > 0 and shown[1] >= shown[0], f"{name}: says how much is shown: {shown}")
        self.filters(name)
        self.keys(name)
        if browser.run("return !!document.querySelector('table')"):
            self.panel(name)
        self.layouts(name)
        self.barriers(name)
        self.inert(name)

    def shown(self):
        """How many rows are shown, and how many there are, as the page says it."""
        words = self.browser.run("return document.querySelector('#n').textContent").split()
        return int(words[0]), int(words[2])

    def visible(self):
        """How many rows a reader sees."""
        return self.browser.run("return [...document.querySelectorAll('.e')].filter(e => e.checkVisibility()).length")

    def filters(self, name):
        """Each total shows as many rows as it says, and the search those that have the text."""
        browser = self.browser
        everything = self.visible()
        self.check(everything == self.shown()[0], f"{name}: as many rows are visible as it says")
        buttons = browser.run("return [...document.querySelectorAll('[data-f]')].map(b => [b.dataset.f, b.textContent])")
        is_table = browser.run("return !!document.querySelector('table')")
        for value, text in buttons:
            if not value:
                continue
            browser.click(f"[data-f='{value}']")
            visible = self.visible()
            # Of a matrix the totals count cells, not rows.
            expected = visible > 0 if is_table else visible == int(text.split()[-1])
            self.check(expected, f"{name}: the filter `{text}` shows {visible} rows")
            pressed = browser.run("return document.querySelector('[data-f=\"" + value + "\"]').ariaPressed")
            self.check(pressed == "true", f"{name}: the filter `{value}` is pressed")
            browser.click(f"[data-f='{value}']")
        self.check(self.visible() == everything, f"{name}: a second click takes the filter back")
        browser.keys("/")
        self.check(browser.run("return document.activeElement.id") == "q", f"{name}: / is the search")
        browser.keys("no such text anywhere")
        self.check(self.visible() == 0, f"{name}: what no row has hides all")
        browser.keys(KEY_ESCAPE)
        self.check(self.visible() == everything, f"{name}: Escape empties the search")
        self.check(browser.run("return document.activeElement.id") != "q", f"{name}: Escape leaves the search")

    def keys(self, name):
        """j and k go through the rows, d shows what is to be decided, u puts both sides below each other."""
        browser = self.browser
        row = "return [...document.querySelectorAll('.e')].filter(e => e.checkVisibility()).findIndex(e => e.contains(document.activeElement))"
        browser.run("document.activeElement.blur(); return 0")
        browser.keys("jj")
        second = browser.run(row)
        browser.keys("k")
        if self.visible() > 1:
            self.check(second == 1, f"{name}: jj is the second row, not {second}")
        self.check(browser.run(row) == 0, f"{name}: k goes back")
        before = self.visible()
        if browser.run("return !!document.querySelector('[data-f=\"to-be-decided\"]')"):
            browser.keys("d")
            self.check(0 < self.visible() <= before, f"{name}: d shows what is to be decided")
            browser.keys("d")
        self.check(self.visible() == before, f"{name}: d twice changes nothing")
        if browser.run("return !!document.querySelector('.c')"):
            browser.run("document.querySelectorAll('details').forEach(e => e.open = true); return 0")
            width = "return document.querySelector('.c').children[1].getBoundingClientRect().width"
            beside = browser.run(width)
            browser.keys("u")
            self.check(browser.run(width) > beside * 1.5, f"{name}: u makes a side as wide as the page")
            browser.keys("u")
            self.check(browser.run(width) == beside, f"{name}: u again puts them next to each other")

    def panel(self, name):
        """A cell opens a panel, which Escape closes; the table keeps its shape."""
        browser = self.browser
        if not browser.run("return !!document.querySelector('td button')"):
            return
        width = "return document.querySelector('table').offsetWidth"
        before = browser.run(width)
        browser.run("document.querySelector('td button').focus(); document.activeElement.click(); return 0")
        shown = "const p = document.querySelector('#p'); return p.checkVisibility() && p.textContent.length"
        self.check(browser.run(shown), f"{name}: a cell opens a panel")
        self.check(browser.run(width) == before, f"{name}: the table is as wide as before")
        browser.keys(KEY_ESCAPE)
        self.check(not browser.run(shown), f"{name}: Escape closes the panel")
        self.check(browser.run("return !!document.activeElement.closest('td')"), f"{name}: the cell has the focus again")

    def layouts(self, name):
        """Nothing is wider than the window, on a phone and on a desk; on paper the controls are gone."""
        browser = self.browser
        browser.run("document.querySelectorAll('details').forEach(e => e.open = true); return 0")
        for width in (400, 1280):
            browser.resize(width, 800)
            over = browser.run("return document.documentElement.scrollWidth - innerWidth")
            self.check(over <= 0, f"{name}: at {width} px the page is {over} px too wide")
            gaps = browser.run(
                "return [...document.querySelectorAll('.d > * + .r')].filter(e =>"
                " e.getBoundingClientRect().top - e.previousElementSibling.getBoundingClientRect().bottom > 1).length"
            )
            self.check(gaps == 0, f"{name}: at {width} px {gaps} lines of diffs have a gap above them")
            self.picture(f"{name}-{width}")
        browser.resize(400, 800)
        # Sticky heads may not cover what they belong to.
        high = browser.run("return [...document.querySelectorAll('header, tbody th')].filter(e => e.checkVisibility()"
                           " && getComputedStyle(e).position === 'sticky' && e.offsetHeight > 400).length")
        self.check(high == 0, f"{name}: a head that stays takes half of a phone")
        browser.theme("light", "print")
        controls = browser.run("return [...document.querySelectorAll('header button, input')].filter(e => e.checkVisibility()).length")
        self.check(controls == 0, f"{name}: {controls} controls on paper")
        browser.theme("light")
        browser.resize(1280, 900)

    def barriers(self, name):
        """What axe-core finds in both themes, at both widths."""
        if self.axe is None:
            return
        browser = self.browser
        for theme in ("light", "dark"):
            browser.theme(theme)
            for width in (1280, 400):
                browser.resize(width, 900)
                browser.run(self.axe + "; return 0")
                # Of a large table the rules look at each cell: its first rows have all kinds of them.
                found = browser.wait_for(
                    "const done = arguments[arguments.length - 1];"
                    "document.querySelectorAll('tbody tr').forEach((e, at) => { if (at > 60) e.remove() });"
                    "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations.map("
                    "v => [v.id, v.impact, v.nodes.length, v.nodes[0].html.slice(0, 120), v.nodes[0].failureSummary])))"
                )
                serious = [one for one in found if one[1] in ("serious", "critical")]
                self.check(not serious, f"{name}: axe-core, {theme}, {width} px: {serious}")
                for one in found:
                    if one not in serious:
                        print(f"  note: {name}, {theme}, {width} px: {one[0]} ({one[1]}), {one[2]} times: {one[3]}")
            self.picture(f"{name}-{theme}")
        browser.theme("light")
        browser.resize(1280, 900)

    def inert(self, name):
        """Nothing of what the texts want has happened."""
        browser = self.browser
        self.check(not browser.has_dialog(), f"{name}: a text opened a dialog")
        self.check(browser.run("return window.out === undefined"), f"{name}: a text was executed")
        outside = "return document.querySelectorAll('iframe, img, svg, link, base, object').length"
        self.check(browser.run(outside) == 0, f"{name}: a text became an element")
        requests = [address for address in browser.requests() if not address.startswith(("file:", "data:"))]
        self.check(not requests, f"{name}: it asks for {requests}")
        console = browser.console()
        self.check(not console, f"{name}: the console has {console}")

    def picture(self, name):
        if self.screenshots:
            os.makedirs(self.screenshots, exist_ok=True)
            self.browser.screenshot(os.path.join(self.screenshots, f"{name}.png"))


if __name__ == "__main__":
    main()
