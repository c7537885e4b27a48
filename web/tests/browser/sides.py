"""How many sides make a circle: the figure is that of the program, knobs follow, and a training shows its weights."""

import json
import math


def check(site):
    polygon(site)
    knobs(site)
    smooth(site)
    own(site)
    weights(site)


def polygon(site):
    """Keys move the slider; what is certified and saved is what the program says."""
    page = site.open("#sides?sides=5&turn=30")
    sides = page.get_by_label("Sides n")
    sides.focus()
    sides.press("ArrowRight")
    page.wait_for_function("location.hash.includes('turn=30') && !location.hash.includes('sides=')")
    lower, upper = site.at_rest(page)
    site.saved(page, "Spec", "spec.toml")
    told = json.loads(site.steeple("build", "spec.toml", "--out", "built", "--format", "json"))["verify"]["error"]
    site.expect([lower, upper] == [told["lower"], told["upper"]], f"6 sides: {lower} to {upper} in the page, {told} by the program")
    formula = page.get_by_text("By formula: about").inner_text()
    site.expect("0.2308" in formula, f"the formula of the best hexagon: {formula}")
    # The curve gets its points while nothing else is to do; a point leads to its number of sides.
    point = page.get_by_role("button", name="12 sides:")
    point.wait_for()
    point.press("Enter")
    page.wait_for_function("location.hash.includes('sides=12')")
    site.expect(sides.input_value() == "12", "a point of the curve sets the number of sides")


def knobs(site):
    """A finger turns the polygon and moves its sides; the sliders follow."""
    page = site.open("#sides?sides=4")
    site.at_rest(page)

    # A point is asked by keys, too: 0.7 + 0.35 is inside of the best square, where |x| + |y| is at most 1.265.
    page.get_by_text("4 of 4 units are on").wait_for()
    probe = page.get_by_role("button", name="A point at")
    for _ in range(8):
        probe.press("ArrowRight")
    page.get_by_text("3 of 4 units are on").wait_for()
    page.wait_for_function("location.hash.includes('px=1.1')")

    def place(x, y):
        box = page.locator(".plane .outside").bounding_box()
        return box["x"] + box["width"] * (x + 1.5) / 3, box["y"] + box["height"] * (1.5 - y) / 3

    def drag(start, *ends):
        page.mouse.move(*place(*start))
        page.mouse.down()
        for end in ends:
            page.mouse.move(*place(*end))
        page.mouse.up()

    # The best square has its sides 0.8944 from the centre, and a corner on the axis.
    corner = math.sqrt(2 / (1 + 1 / 4))
    angle = math.radians(20)
    drag((corner, 0), (corner * math.cos(angle), corner * math.sin(angle)))
    turn = page.get_by_role("slider", name="Turn")
    site.expect(turn.input_value() == "20", f"a corner that is dragged turns the polygon: {turn.input_value()}")
    normal = math.radians(65)
    reach = corner * math.sqrt(1 / 2)
    drag((reach * math.cos(normal), reach * math.sin(normal)), (0.7 * math.cos(normal), 0.7 * math.sin(normal)))
    size = page.get_by_role("slider", name="Distance of the sides")
    site.expect(abs(float(size.input_value()) - 0.7) < 0.011, f"a side that is dragged moves: {size.input_value()}")
    # A tap moves the point.
    page.mouse.click(*place(-0.5, -1.2))
    page.get_by_text("At the cross, (−0.5, −1.2)").wait_for()
    site.accessible(page, "with knobs")
    size.press("Home")
    page.wait_for_function("location.hash.includes('size=0.3')")
    site.expect("The best regular polygon" in page.locator(".figure").first.inner_text(), "the best place is named")


def smooth(site):
    """Three soft sigmoids."""
    page = site.open("#sides?units=smooth", width=390, scheme="dark")
    page.get_by_role("heading", name="Does a circle need").wait_for()
    page.locator(".picture > svg").first.wait_for()
    site.expect("By theorem T33" in page.locator(".figure").first.inner_text(), "the bound of the theorem")
    site.expect(page.get_by_label("Sides n").count() == 0, "no sides")
    page.get_by_text("sides to keep this upper bound").wait_for()
    site.fits(page, "three soft sigmoids")
    site.accessible(page, "three soft sigmoids")


def own(site):
    """A mistake in a formula is shown under it."""
    page = site.open("#sides?region=own&formula=x%5E2+%2B+y%5E2+%3C%3D")
    field = page.get_by_label("Your region, in x and y")
    page.locator(".field .wrong").wait_for()
    site.expect(field.get_attribute("aria-invalid") == "true", "the field is marked")
    site.accessible(page, "a mistake")
    field.fill("x + y")
    page.locator(".field .wrong").get_by_text("needs a region").wait_for()
    field.fill("abs(x) + abs(y) <= 1")
    page.get_by_label("Sides n").fill("4")
    page.locator('.figure[data-lower="0"][data-upper="0"]').first.wait_for()
    site.expect(page.locator(".field .wrong").count() == 0, "the mistake is gone")


def weights(site):
    """A tower has zeros, a trained network has none."""
    page = site.open("#sides?layers=4&box=box")
    page.get_by_role("button", name="Train", exact=True).scroll_into_view_if_needed()
    built = page.locator(".zeros .pair > div").first
    built.get_by_text("weights of the hidden layers are zero").wait_for()
    site.expect("4 of 12" in built.inner_text(), "four walls along the axes")
    page.get_by_role("button", name="Train", exact=True).click()
    trained = page.locator(".zeros .pair > div").nth(1)
    trained.get_by_text("weights of the hidden layers are zero").wait_for()
    site.expect("0 of 8" in trained.inner_text(), "training makes no zeros")
    site.expect("trained=1" in page.evaluate("location.hash") or page.wait_for_function("location.hash.includes('trained=1')"),
                "a link trains, too")
    trained.locator(".picture > svg").wait_for()
    site.accessible(page, "two tables of weights")
