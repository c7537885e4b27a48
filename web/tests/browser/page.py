"""What all sections share: links, frames for other pages, guessing first, saved pictures, keys."""


def check(site):
    links(site)
    embedded(site)
    guessed(site)
    pictures(site)
    lost(site)
    in_sight(site)
    without_webassembly(site)


def links(site):
    """The address follows the state, and another address is shown at once."""
    page = site.open("#steps?cells=7")
    cells = page.get_by_role("slider", name="Cells")
    site.expect(cells.input_value() == "7", "a link sets a slider")
    cells.focus()
    cells.press("ArrowRight")
    page.wait_for_function("location.hash === '#steps?cells=8'")
    page.evaluate("location.hash = '#steps?cells=3&formula=x%5E2'")
    page.wait_for_function("document.querySelector('input[type=range]').value === '3'")
    site.expect(page.get_by_label("Curve f(x)").input_value() == "x^2", "a link sets a field")
    page.get_by_role("link", name="One unit").click()
    page.get_by_role("heading", name="What does one unit do?").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Steps add up").wait_for()
    # The first key reaches a link to the section itself.
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    site.expect(link.endswith("#steps?formula=x%5E2&cells=3"), f"the link is copied: {link}")
    page.get_by_role("button", name="Copy frame for a page").click()
    frame = page.evaluate("navigator.clipboard.readText()")
    site.expect(frame.startswith("<iframe title=\"") and "embed=1" in frame, f"a frame with a title: {frame}")


def embedded(site):
    """A frame has a title, and no list of sections."""
    page = site.open("#steps?cells=5&embed=1", width=390)
    page.get_by_role("heading", name="Steps add up").wait_for()
    site.at_rest(page)
    site.expect(page.get_by_role("navigation").count() == 0, "no list of sections in a frame")
    site.fits(page, "in a frame")
    site.accessible(page, "in a frame")


def guessed(site):
    """A figure is hidden until it is guessed, in the picture, too."""
    page = site.open("#steps?activation=heaviside&cells=5&formula=x")
    site.at_rest(page)
    page.get_by_label("Predict, then reveal").check()
    guess = page.get_by_label("your guess")
    guess.wait_for()
    site.expect(page.locator(".figure").inner_text().count("1/10") == 0, "the figure is hidden")
    text = page.locator(".picture svg text").first
    site.expect(text.evaluate("(text) => getComputedStyle(text).visibility") == "hidden", "numbers in the picture are hidden")
    untold = page.locator(".picture > svg").evaluate(
        "(svg) => [...svg.querySelectorAll('title, desc')].every((words) => !/[0-9]/.test(words.textContent))")
    site.expect(untold, "title and description of the picture do not tell it")
    site.accessible(page, "before the guess")
    guess.fill("1/5")
    guess.press("Enter")
    told = page.locator(".figure").inner_text()
    site.expect("1/10" in told and "2 times too large" in told, f"the figure, and what the guess was worth: {told}")
    # Another question is guessed again.
    page.get_by_label("Curve f(x)").fill("x^2")
    page.get_by_label("your guess").wait_for()


def pictures(site):
    page = site.open("#steps?cells=4", scheme="dark")
    site.at_rest(page)
    svg = site.saved(page, "SVG", "curve.svg").decode()
    site.expect(svg.startswith("<svg") and "prefers-color-scheme" not in svg, "a saved picture is for paper")
    png = site.saved(page, "PNG", "curve.png")
    site.expect(png[:8] == b"\x89PNG\r\n\x1a\n" and len(png) > 20_000, "a picture of dots")
    onnx = site.saved(page, "ONNX", "network.onnx")
    site.expect(len(onnx) > 200, "the network as ONNX")
    site.saved(page, "Network", "network.json")
    site.steeple("convert", "network.json", "native.onnx", "--quiet")
    site.expect(onnx == (site.folder / "native.onnx").read_bytes(), "ONNX is that of the program")


def lost(site):
    """An address that names nothing shows the first section."""
    for fragment in ("#nothing", "#?", "#steps?cells=NaN&formula=%E0%A4%A", "#%00"):
        page = site.open(fragment)
        page.locator(".figure").first.wait_for()


def in_sight(site):
    """On a phone, the picture stays in sight while a slider below it is moved, and does not cover the slider."""
    page = site.open("#steps", width=390)
    site.at_rest(page)
    slider = page.get_by_role("slider", name="Padding steps")
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_function("location.hash.includes('ghosts=')")
    page.wait_for_function("scrollY > 0")
    picture, control = page.locator(".picture").first.bounding_box(), slider.bounding_box()
    site.expect(picture["y"] >= -1 and picture["y"] + picture["height"] <= 900, f"the picture is in sight: {picture}")
    site.expect(control["y"] >= picture["y"] + picture["height"] - 1, f"the slider is below it: {control}")


def without_webassembly(site):
    """A browser without WebAssembly gets a sentence, and no faults."""
    page = site.open("#steps")
    page.add_init_script("delete globalThis.WebAssembly")
    page.reload()
    page.get_by_text("This browser has no WebAssembly").wait_for()
    site.accessible(page, "without WebAssembly")
