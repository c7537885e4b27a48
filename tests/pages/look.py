"""Opens pages in Chromium as readers do: on a phone and on a desk, on light and dark screens, with and without script.

look.py [--all] PAGE_OR_FOLDER...

With --all, the pages must have between them all that reports can have: a table, a command, a word and a surface.
"""

import itertools
import sys
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import sync_playwright

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = [390, 1280]
SCHEMES = ["light", "dark"]
# What is looked at most closely.
CORNERS = [(390, "dark"), (1280, "light")]
FEATURES = ["sort", "copy", "explain", "turn"]


class Faults:
    """What is wrong, by page."""

    def __init__(self):
        self.all = []
        self.checks = 0

    def expect(self, is_right, where, text):
        self.checks += 1
        if not is_right:
            self.all.append(f"{where}: {text}")
            print(f"  {where}: {text}", file=sys.stderr)


def opened(browser, path, faults, where, fragment="", init=None, **options):
    """A page that has been loaded; faults of loading are noted, also later ones."""
    context = browser.new_context(**options)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.on("console", lambda message: message.type in ("error", "warning")
            and faults.expect(False, where, f"console: {message.text}"))
    page.on("pageerror", lambda error: faults.expect(False, where, f"script: {error}"))
    # A site may link its own style sheets, and a page may make files of its own; nothing may come from elsewhere.
    page.on("request", lambda request: request.url.startswith(("file:", "data:", "blob:"))
            or faults.expect(False, where, f"request to {request.url}"))
    if init:
        page.add_init_script(init)
    page.goto(path.as_uri() + fragment)
    return page


def fits(page, faults, where):
    """The page is not wider than the window."""
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if wide[0] > wide[1]:
        culprits = page.evaluate("""() => [...document.body.querySelectorAll("*")]
            .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1
                && !element.parentElement.closest(".wide, .picture, pre, svg"))
            .slice(0, 3).map((element) => `${element.tagName}.${element.className}`)""")
        faults.expect(False, where, f"the page is {wide[0]} pixels wide: {', '.join(culprits)}")


def accessible(page, faults, where):
    """axe-core finds nothing serious."""
    # Style sheets are not loaded a second time, which the browser refuses for files.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    for fault in found["violations"]:
        targets = "; ".join(str(node["target"]) + " " + node["failureSummary"][:200] for node in fault["nodes"][:2])
        faults.expect(fault["impact"] not in ("serious", "critical"), where, f"{fault['id']}: {fault['help']}: {targets}")
    faults.expect(found["url"] == page.url and found["testEngine"]["name"] == "axe-core", where, "axe ran")


def sort(page, faults, where):
    """A click sorts a table, another one the other way round; so do keys."""
    tables = page.locator("table.sortable")
    count = 0
    for place in range(tables.count()):
        table = tables.nth(place)
        heads = table.locator("thead th")
        if table.locator("tbody tr").count() < 2:
            continue
        count += 1
        column = table.evaluate("""(table) => {
            const differ = (i) => new Set([...table.tBodies[0].rows].map((row) => row.cells[i].textContent)).size > 1;
            return [...table.tHead.rows[0].cells].findIndex((_, i) => differ(i));
        }""")
        texts = lambda: table.evaluate(
            "(table, i) => [...table.tBodies[0].rows].map((row) => row.cells[i].textContent)", column)
        button = heads.nth(column).locator("button")
        before = texts()
        button.click()
        faults.expect(heads.nth(column).get_attribute("aria-sort") == "ascending", where, "a click sorts")
        up = texts()
        button.focus()
        page.keyboard.press("Enter")
        faults.expect(heads.nth(column).get_attribute("aria-sort") == "descending", where, "a key sorts")
        down = texts()
        faults.expect(sorted(up) == sorted(before), where, "sorting keeps all rows")
        is_plain = not any(text == "–" for text in up)
        faults.expect(up != down and (not is_plain or len(set(up)) < len(up) or up == down[::-1]), where,
                      f"the order is turned round: {up} {down}")
        faults.expect(table.locator("[aria-sort]").count() == 1, where, "one column is sorted")
    # Numbers are sorted as numbers: 9 before 10.
    number = page.locator("table.sortable thead th.number button")
    if number.count():
        number.first.click()
        cells = page.evaluate("""() => {
            const head = document.querySelector("table.sortable thead th.number");
            const rows = [...head.closest("table").tBodies[0].rows];
            return rows.map((row) => parseFloat(row.cells[head.cellIndex].textContent)).filter((value) => !isNaN(value));
        }""")
        faults.expect(cells == sorted(cells), where, f"numbers in order: {cells}")
    return count > 0


def copy(page, faults, where):
    """Each command can be copied."""
    commands = page.locator(".command")
    for place in range(commands.count()):
        block = commands.nth(place)
        block.locator("button").click()
        block.locator("button", has_text="Copied").wait_for(timeout=2000)
        copied = page.evaluate("navigator.clipboard.readText()")
        faults.expect(copied == block.locator("code").text_content(), where, f"copied: {copied}")
        faults.expect(copied.startswith("steeple "), where, f"a command: {copied}")
    return commands.count() > 0


def explain(page, faults, where):
    """A word explains itself under the pointer and with the focus on it, and stops with Escape."""
    terms = page.locator("main .term")
    if not terms.count():
        return False
    tip = page.locator("#tip")
    term = terms.first
    meaning = page.locator(term.get_attribute("href") + " + dd").text_content()
    for begin in (term.focus, term.hover):
        begin()
        faults.expect(tip.is_visible() and tip.text_content() == meaning, where, "a word explains itself")
        faults.expect(term.get_attribute("aria-describedby") == "tip", where, "the explanation is announced")
        box, wide = tip.bounding_box() or {"x": -1, "width": 0}, page.viewport_size["width"]
        faults.expect(box["x"] >= 0 and box["x"] + box["width"] <= wide, where, f"the explanation is in view: {box}")
        page.keyboard.press("Escape")
        faults.expect(not tip.is_visible(), where, "Escape closes the explanation")
        page.mouse.move(0, 0)
    return True


def turn(page, faults, where):
    """The surface can be turned with keys and with the pointer, and back to the picture."""
    figures = page.locator("figure[data-turns]")
    for place in range(figures.count()):
        figure = figures.nth(place)
        button = figure.locator("button")
        button.click()
        canvas = figure.locator("canvas")
        faults.expect(not figure.locator(".picture").is_visible(), where, "the surface replaces the picture")
        faults.expect("Sampled, not proved" in figure.inner_text(), where, "the surface says that it is sampled")
        shot = lambda: canvas.evaluate("(canvas) => canvas.toDataURL()")
        before = shot()
        colours = canvas.evaluate("""(canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const colours = new Set();
            for (let i = 0; i < data.length; i += 4) data[i + 3] && colours.add(data.slice(i, i + 3).join());
            return colours.size;
        }""")
        faults.expect(colours > 20, where, f"the surface has {colours} colours")
        canvas.focus()
        page.keyboard.press("ArrowLeft")
        turned = shot()
        faults.expect(turned != before, where, "an arrow key turns the surface")
        box = canvas.bounding_box()
        page.mouse.move(box["x"] + 50, box["y"] + 50)
        page.mouse.down()
        page.mouse.move(box["x"] + 90, box["y"] + 60)
        page.mouse.up()
        faults.expect(shot() != turned, where, "the pointer turns the surface")
        button.click()
        faults.expect(figure.locator(".picture").is_visible(), where, "the picture comes back")
    return figures.count() > 0


def without_script(browser, path, faults, where, shown):
    """Without script all text is there, and each link inside the page leads somewhere."""
    page = opened(browser, path, faults, where, java_script_enabled=False, viewport={"width": 1280, "height": 900})
    faults.expect(page.locator("body").inner_text() == shown, where, "all text is there without script")
    faults.expect(page.locator("button").count() == 0, where, "no button without script")
    ids = {element.get_attribute("id") for element in page.locator("[id]").all()}
    for link in page.locator("a[href^='#']").all():
        target = link.get_attribute("href")[1:]
        faults.expect(target in ids, where, f"#{target} is on the page")
    page.context.close()


def printed(page, faults, where):
    """On paper: black on white, and no buttons."""
    page.emulate_media(media="print", color_scheme="dark")
    white = page.evaluate("getComputedStyle(document.body).backgroundColor")
    faults.expect(white == "rgb(255, 255, 255)", where, f"paper is {white}")
    shown = page.locator("button:visible").all_inner_texts()
    heads = page.locator("thead th").all_inner_texts()
    # The heads of tables stay: there the buttons are the text.
    faults.expect(sorted(shown) == sorted(heads) and all(heads), where, f"on paper: {shown}, heads {heads}")
    page.emulate_media(media="screen", color_scheme="light")


def main(arguments):
    wants_all = "--all" in arguments
    paths = []
    for argument in arguments:
        if argument != "--all":
            path = Path(argument).resolve()
            paths += sorted(path.rglob("*.html")) if path.is_dir() else [path]
    if not paths:
        sys.exit("no pages: give files or folders")
    faults, seen = Faults(), set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for path in paths:
            name = f"{path.parent.name}/{path.name}"
            # A report of ours; pages of the guide are looked at only.
            is_report = path.name == "report.html"
            page = opened(browser, path, faults, name, reduced_motion="reduce")
            page.evaluate(AXE)
            for width, scheme in itertools.product(WIDTHS, SCHEMES):
                where = f"{name} at {width}, {scheme}"
                is_corner = (width, scheme) in CORNERS
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                fits(page, faults, where)
                if is_report or is_corner:
                    accessible(page, faults, where)
                if is_report and is_corner:
                    # From a fresh page, as a reader finds it.
                    page.reload()
                    for feature in (sort, copy, explain, turn):
                        if feature(page, faults, where):
                            seen.add(feature.__name__)
                    printed(page, faults, where)
                    page.reload()
                    page.evaluate(AXE)
            page.context.close()
            if is_report:
                where = f"{name} without script"
                plain = opened(browser, path, faults, where, viewport={"width": 1280, "height": 900})
                plain.evaluate("document.querySelectorAll('.command button, figure button').forEach((b) => b.remove())")
                shown = plain.locator("body").inner_text()
                plain.context.close()
                without_script(browser, path, faults, where, shown)
        browser.close()
    for feature in FEATURES if wants_all else []:
        faults.expect(feature in seen, "all pages", f"some page can {feature}")
    print(f"{len(paths)} pages: {faults.checks - len(faults.all)} passed, {len(faults.all)} failed")
    sys.exit(1 if faults.all else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
