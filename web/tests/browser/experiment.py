"""The experiment: the page's network is the program's, a film of its training, certified figures, and points of one's own."""

import json
import math


def rest(page):
    """Waits until nothing is trained or proved any more."""
    page.locator(".picture:not(.stale) .labelled-plane .says-inside").wait_for()
    page.locator('.figure[data-stage="rest"]').first.wait_for()


def ends(row):
    """The bounds in a row of the table."""
    return [float(text) for text in row.locator(".bounds b").all_inner_texts()]


def check(site):
    page = site.open("#experiment?units=3&seed=2&starts=2&steps=120")
    rest(page)
    spec = site.saved(page, "Spec", "experiment.toml").decode()
    network = site.saved(page, "Network", "network.json")
    site.saved(page, "Certificate", "certificate.steeple")
    site.steeple("train", "experiment.toml", "--out", "trained.json")
    site.expect((site.folder / "trained.json").read_bytes() == network, "the program trains the same network, byte for byte")
    site.steeple("check", "certificate.steeple", "--network", "network.json")
    site.expect("seed = 2" in spec and "hidden = [[3]]" in spec, spec)
    svg = site.saved(page, "SVG", "experiment.svg").decode()
    site.expect("var(" not in svg and svg.startswith("<svg"), "the picture that is saved has its colours")

    # The table: the constant answer is wrong in the whole disk.
    row = page.locator("tr[data-kind=constant]")
    page.locator('tr[data-kind=constant][data-stage="rest"]').wait_for()
    low, high = ends(row)
    site.expect(low <= math.pi <= high, f"the constant answer: {low} to {high}")
    page.locator('tr[data-kind=polygon][data-stage="rest"]').wait_for()
    site.expect(page.get_by_text("best polygon with 3 sides. This is proved").count() == 1, "a verdict about the polygon")

    # The film.
    edge = page.locator(".labelled-plane .decision-edge")
    end = edge.get_attribute("d")
    page.get_by_role("button", name="Restart").click()
    page.wait_for_function("location.hash.includes('step=0')")
    begin = edge.get_attribute("d")
    site.expect(begin != end, "the start differs from the end")
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("location.hash.includes('step=1')")
    site.expect(edge.get_attribute("d") != begin, "a step changes the picture")
    page.get_by_role("button", name="Restart").click()
    page.get_by_label("150", exact=True).check(force=True)
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Run").click()
    page.wait_for_function("!location.hash.includes('step=')")
    page.wait_for_function("end => document.querySelector('.labelled-plane .decision-edge').getAttribute('d') === end", arg=end)

    # A unit is lit up by the keyboard.
    page.get_by_role("button", name="2", exact=True).focus()
    site.expect(page.locator(".labelled-plane .unit-line.lit").count() == 1, "the line of the unit with the focus is lit up")
    site.expect(page.locator("td.lit").count() == 4, "and its column")

    # Predict: no figure before a guess.
    page.get_by_label("Predict, then reveal").check()
    site.expect(not page.locator("table.certified").is_visible(), "the table waits for the guess")
    page.get_by_label("your guess").fill("0.1")
    page.get_by_role("button", name="Reveal").click()
    site.expect(page.locator("table.certified").is_visible(), "and is there after it")
    page.context.close()

    # On the circle, training is worse than the answer "no".
    page = site.open("#experiment?labels=circle", width=390, scheme="dark", reduced_motion="reduce")
    rest(page)
    page.get_by_text('Training made it worse than the answer "no"').first.wait_for()
    page.locator('tr[data-kind=constant][data-stage="rest"]').wait_for()
    trained, constant = (ends(page.locator(f"tr[data-kind={kind}]")) for kind in ("trained", "constant"))
    site.expect(trained[0] > constant[1], f"the enclosures do not overlap: {trained}, {constant}")
    site.expect(page.get_by_role("button", name="Run").count() == 0, "with reduced motion nothing runs")
    page.get_by_role("button", name="Restart").click()
    page.get_by_role("button", name="10 steps").click()
    page.wait_for_function("location.hash.includes('step=10')")
    site.fits(page, "the circle on a phone")
    site.accessible(page, "the circle on a phone")
    page.context.close()

    # Points by hand: with a click, with the keyboard, and back.
    page = site.open("#experiment?labels=hand&units=2&starts=1&points=")
    page.get_by_text("0 points.").wait_for()
    page.get_by_label("● inside").check(force=True)
    box = page.locator(".labelled-plane").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    page.get_by_text("1 points.").wait_for()
    page.get_by_label("× outside").check(force=True)
    page.get_by_label("x", exact=True).fill("1")
    page.get_by_label("y", exact=True).fill("-0.5")
    page.get_by_label("y", exact=True).press("Enter")
    page.get_by_text("2 points.").wait_for()
    rest(page)
    site.expect(page.locator(".figure").first.get_attribute("data-count") == "0", "two points are learnt")
    site.expect("1,-0.5,0" in site.saved(page, "Points", "points.csv").decode(), "the point of the keyboard is in the file")
    network = site.saved(page, "Network", "network.json")
    site.saved(page, "Spec", "experiment.toml")
    site.steeple("train", "experiment.toml", "--out", "trained.json")
    site.expect((site.folder / "trained.json").read_bytes() == network, "the same network from points by hand")
    page.get_by_label("y", exact=True).fill("7")
    page.get_by_text("y is a number from −1.5 to 1.5.").wait_for()
    page.context.close()

    # A file: mistakes have their place, and a good one is trained on.
    page = site.open("#experiment?labels=file&units=2")
    rest(page)
    text = page.get_by_label("Or write the points")
    text.fill("x,y,label\n0,1,1\n0,zwei,0\n")
    page.get_by_text("Line 3, character 3:").wait_for()
    page.get_by_role("alert").filter(has_text="zwei").filter(has_text="is not a number").wait_for()
    site.expect(text.get_attribute("aria-invalid") == "true", "the field is marked")
    lines = ["x,y,label"] + [f"{k % 20},{k // 20},{int(k % 20 > k // 20)}" for k in range(400)]
    page.get_by_label("A file of points").set_input_files({"name": "many.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()})
    page.get_by_text("many.csv: 400").or_(page.get_by_text("many.csv: 401")).wait_for()
    page.locator('.figure[data-count]').get_by_text("of 400").wait_for()
    page.get_by_label("A file of points").set_input_files({"name": "no.csv", "mimeType": "text/csv", "buffer": b"\xff\xfe\x00"})
    page.get_by_text("no.csv is not a text file in UTF-8").wait_for()
    page.context.close()

    # A region of one's own, with mistakes.
    page = site.open("#experiment?labels=own&units=2&starts=1&formula=y%20%3E%3D%20x")
    rest(page)
    for formula in ("y >= ", "x^2", "a >= 1", "1/0 >= x"):
        page.get_by_label("Region of x and y").fill(formula)
        page.locator(".wrong, .figure.failed").first.wait_for()
        page.get_by_label("Region of x and y").fill("y >= x/2")
        page.locator(".wrong, .figure.failed").first.wait_for(state="detached")
    page.get_by_label("x and y from").fill("two")
    page.locator(".field:has-text('x and y from') .wrong").wait_for()
    site.expect(json.loads(page.evaluate("JSON.stringify(document.querySelectorAll('.picture.stale').length)")) == 1, "the last picture is dimmed")
