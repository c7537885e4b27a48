"""Steps add up: a curve that is drawn by finger and keys, the error over w h, and ends of the domain."""

import json


def check(site):
    certified(site)
    drawing(site)
    over(site)
    wrong(site)


def certified(site):
    """Keys move the slider of cells; what is certified and saved is what the program says."""
    page = site.open("#steps?cells=9&apart=1")
    cells = page.get_by_role("slider", name="Cells", exact=True)
    cells.press("ArrowRight")
    page.wait_for_function("location.hash.includes('cells=10')")
    lower, upper = site.at_rest(page)
    site.saved(page, "Spec", "spec.toml")
    told = json.loads(site.steeple("build", "spec.toml", "--out", "built", "--format", "json"))["verify"]["error"]
    site.expect([lower, upper] == [told["lower"], told["upper"]],
                f"10 cells: {lower} to {upper} in the page, {told} by the program")
    page.wait_for_function("document.querySelectorAll('.board .apart').length === 13")
    site.accessible(page, "single steps")


def drawing(site):
    """A finger and keys change the curve; its link restores it, and its formula is what is proved."""
    page = site.open("#steps?source=drawn&steepness=4")
    site.at_rest(page)
    box = page.locator(".board .frame").bounding_box()

    def place(part, height):
        return box["x"] + box["width"] * part, box["y"] + box["height"] * (1 - height)

    page.mouse.move(*place(0.5, 0.2))
    page.mouse.down()
    page.mouse.move(*place(0.75, 0.2))
    page.mouse.up()
    page.wait_for_function("location.hash.includes('curve=')")
    site.at_rest(page)
    handles = page.get_by_role("slider", name="Height at point")
    values = [float(handles.nth(i).get_attribute("aria-valuenow")) for i in range(6, 10)]
    site.expect(max(values) < -0.5 and max(values) - min(values) < 0.05, f"a finger draws a level: {values}")
    last = handles.nth(12)
    before = float(last.get_attribute("aria-valuenow"))
    last.press("ArrowUp")
    page.wait_for_function(f"document.querySelectorAll('.board .handle')[12].getAttribute('aria-valuenow') > {before}")
    after = float(last.get_attribute("aria-valuenow"))
    site.expect(abs(after - before - 0.05) < 1e-9, f"a key moves a point by 0.05: {before} to {after}")
    page.wait_for_function("location.hash.includes('curve=')")
    site.at_rest(page)
    formula = page.get_by_text("The drawn curve as a formula").locator("code").inner_text()
    page.wait_for_timeout(300)
    again = site.open(page.evaluate("location.hash"))
    site.at_rest(again)
    site.expect(again.get_by_text("The drawn curve as a formula").locator("code").inner_text() == formula, "a link restores the curve")
    site.accessible(page, "drawing")
    site.fits(site.open("#steps?source=drawn", width=390), "drawing on a phone")


def over(site):
    """The points of the plot are certified figures, and one of them can be chosen by keys."""
    page = site.open("#steps")
    site.at_rest(page)
    page.get_by_text("The same as numbers").click()
    point = page.get_by_role("button", name="w h = 4, heights are values of f")
    point.wait_for()
    said = point.locator("xpath=../..").locator("td").inner_text()
    point.press("Enter")
    page.wait_for_function("location.hash.includes('steepness=4')")
    page.wait_for_function("document.querySelector('.figure .value').textContent.includes('0.0')")
    lower, upper = site.at_rest(page)
    site.expect("between 0.03" in said, f"the error at w h = 4: {said}")
    site.expect(page.get_by_role("radio", name="sigmoid").is_checked(), "the point is of smooth steps")


def wrong(site):
    """A domain that is empty or no number has its message under its field."""
    page = site.open("#steps")
    low = page.get_by_role("textbox", name="x from")
    low.fill("2")
    page.get_by_text("must be below the upper end").first.wait_for()
    site.expect(low.get_attribute("aria-invalid") == "true", "an empty domain is marked at its low end")
    low.fill("0")
    high = page.get_by_role("textbox", name="to", exact=True)
    high.fill("abc")
    page.locator(".field .wrong").get_by_text("is not a number").wait_for()
    site.expect(high.get_attribute("aria-invalid") == "true" and low.get_attribute("aria-invalid") is None, "the high end alone is marked")
    high.fill("2*pi")
    site.at_rest(page)
    odd = site.open("#steps?cells=1e9&steepness=-4&ghosts=2.5&activation=odd&heights=no")
    site.at_rest(odd)
    site.expect(odd.get_by_role("slider", name="Cells", exact=True).input_value() == "40", "a link cannot ask for more cells than the slider")
