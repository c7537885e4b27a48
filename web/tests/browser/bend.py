"""Bending: a step, a slider and an animation move the plane; the figure is certified."""

import re
from fractions import Fraction


def at(page, moment):
    """Waits until the picture shows this moment."""
    page.wait_for_function("""(wanted) => {
        const picture = document.querySelector(".picture");
        return picture.dataset.moment === String(wanted) && picture.dataset.moving === "0" && picture.querySelector("svg");
    }""", arg=moment)
    return page.locator(".picture svg title").first.text_content()


def check(site):
    # Without motion: steps.
    page = site.open("#bend", reduced_motion="reduce")
    site.expect(at(page, 0) == "The plane, the inputs", "it begins with the inputs")
    site.expect(page.get_by_role("button", name="Play").count() == 0, "nothing plays where no motion is wanted")
    step = page.get_by_role("button", name="Step", exact=True)
    step.click()
    site.expect(at(page, 1) == "The plane, layer 1, before its activation", "a step shows the sums")
    step.click()
    site.expect(at(page, 2) == "The plane, layer 1, after sigmoid", "a step shows the units")
    site.expect(step.is_disabled(), "there is no step after the last one")
    page.locator(".moment-said", has_text="The output cuts here with one line").wait_for()
    page.get_by_role("button", name="Step back").click()
    at(page, 1)
    page.get_by_label("Layer by layer").press("ArrowLeft")
    at(page, 0.95)
    page.get_by_label("Layer by layer").press("End")
    at(page, 2)
    svg = site.saved(page, "SVG", "bending.svg").decode()
    site.expect("var(" not in svg and "NaN" not in svg and "<title>" in svg, "a saved picture has its colours")
    lower, upper = map(Fraction, site.at_rest(page))
    site.expect(Fraction(19, 100) < lower <= upper < Fraction(20, 100), f"the area of the hexagon: {lower} to {upper}")
    site.saved(page, "Network", "network.json")
    site.saved(page, "Certificate", "certificate.steeple")
    site.steeple("check", "certificate.steeple", "--network", "network.json")

    # With motion: it plays to the end, and pauses.
    page = site.open("#bend?network=folds&folds=1")
    at(page, 0)
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("document.querySelector('.picture').dataset.moving === '0'")
    page.get_by_role("button", name="Play").click()
    site.expect(at(page, 2) == "The plane, layer 1, after relu", "it plays to the last layer")
    site.expect(page.locator("[data-moving='1']").count() == 0, "it stops there")

    # Each further fold has a smaller area; a link brings everything back.
    areas = []
    for folds in [1, 3]:
        page = site.open(f"#bend?network=folds&folds={folds}&at={2 * folds}", where=f"{folds} folds")
        site.expect(f"layer {folds}, after relu" in at(page, 2 * folds), f"the link of {folds} folds")
        areas.append([Fraction(bound) for bound in site.at_rest(page)])
    site.expect(all(later[1] < earlier[0] for earlier, later in zip(areas, areas[1:])), f"folds make the area smaller: {areas}")

    for fragment in ["#bend?network=tower&at=4", "#bend?network=xor&steepness=5&at=2", "#bend?view=units&first=3&second=9&at=2",
                     "#bend?network=?&sides=1e9&steepness=-3&at=99"]:
        page = site.open(fragment, width=390, scheme="dark")
        page.locator(".picture svg title").wait_for(state="attached")
        site.expect(not re.search("NaN|undefined|null", page.locator(".picture").inner_html()), f"{fragment}: all places are numbers")
        site.fits(page, fragment)
        site.accessible(page, fragment)
