"""Opens the explorer in Chromium, from disk and without a network, and tries what the modules beside this one check.

run.py [--page PAGE] [--steeple STEEPLE] [--checker PYTHON] [NAME...]

A module with a function `check(site)` is a set of trials; with names, only those run. `Site` says what they can use.
"""

import argparse
import importlib
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(ROOT / "tests" / "pages")]

from look import AXE, Faults, accessible, fits, opened  # noqa: E402

# The longest that anything may take; a page at rest is waited for, so no trial depends on time.
LONGEST = 60_000


class Site:
    """The explorer, for one module."""

    def __init__(self, browser, page, program, checker, faults, name, folder):
        self.browser = browser
        # The file of the page.
        self.page = page
        self.program = program
        # A Python for the independent checker.
        self.checker = checker
        self.faults = faults
        self.name = name
        # A directory for files; it goes when the module is done.
        self.folder = folder
        self.root = ROOT

    def open(self, fragment="", width=1280, scheme="light", reduced_motion=None, page=None, where=None, init=None, **options):
        """A Playwright page that shows the explorer. What goes to its console, and requests, are faults.

        `fragment` is "#NAME" or "#NAME?key=value"; `page` is another file than the explorer; `init` is a script
        that runs before the page's own; `options` are those of a browser context.
        """
        where = where or f"{self.name}: {fragment or 'the page'} at {width}, {scheme}"
        shown = opened(
            self.browser, page or self.page, self.faults, where, fragment=fragment, offline=True, accept_downloads=True,
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion=reduced_motion, init=init, **options,
        )
        shown.set_default_timeout(LONGEST)
        return shown

    def expect(self, condition, text):
        """Notes a fault where the condition does not hold."""
        self.faults.expect(condition, self.name, text)

    def steeple(self, *arguments, code=0, stdin=None):
        """What the program prints; another exit code is a fault."""
        done = subprocess.run([self.program, *map(str, arguments)], input=stdin, capture_output=True, text=True, cwd=self.folder)
        self.expect(done.returncode == code, f"steeple {' '.join(map(str, arguments))}: exit code {done.returncode}: {done.stderr}")
        return done.stdout

    @staticmethod
    def at_rest(page):
        """Waits until the figure is as narrow as a page makes it; returns its bounds as texts."""
        figure = page.locator('.figure[data-stage="rest"]').first
        figure.wait_for()
        return figure.get_attribute("data-lower"), figure.get_attribute("data-upper")

    def saved(self, page, button, name):
        """The bytes of the file that a button saves."""
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        self.expect(download.value.suggested_filename == name, f"{button} saves {download.value.suggested_filename}")
        path = self.folder / name
        download.value.save_as(path)
        return path.read_bytes()

    def fits(self, page, where):
        """The page is not wider than the window."""
        fits(page, self.faults, f"{self.name}: {where}")

    def accessible(self, page, where):
        """axe-core finds nothing serious."""
        page.evaluate(AXE)
        accessible(page, self.faults, f"{self.name}: {where}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", type=Path, default=ROOT / "web" / "target" / "explorer.html")
    parser.add_argument("--steeple", type=Path, default=ROOT / "target" / "debug" / "steeple")
    parser.add_argument("--checker", default=sys.executable, help="a Python with gmpy2, for the independent checker")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    for file in (arguments.page, arguments.steeple):
        if not file.is_file():
            sys.exit(f"{file}: no such file")
    known = [path.stem for path in sorted(HERE.glob("*.py")) if path.stem != "run"]
    unknown = set(arguments.names) - set(known)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; expected some of {', '.join(known)}")
    faults = Faults()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name in arguments.names or known:
            check = getattr(importlib.import_module(name), "check", None)
            if check is None:
                continue
            begun, before = time.monotonic(), len(faults.all)
            with tempfile.TemporaryDirectory() as folder:
                site = Site(browser, arguments.page.resolve(), arguments.steeple.resolve(), arguments.checker, faults, name, Path(folder))
                try:
                    check(site)
                except Exception as error:  # The next module is tried all the same.
                    traceback.print_exc()
                    faults.expect(False, name, f"ended early: {error}")
                for context in browser.contexts:
                    context.close()
            print(f"{name}: {len(faults.all) - before} faults, {time.monotonic() - begun:.1f} s")
        browser.close()
    print(f"{faults.checks - len(faults.all)} passed, {len(faults.all)} failed")
    sys.exit(1 if faults.all else 0)


if __name__ == "__main__":
    main()
