"""Bumps and towers: the dip is certified, corner steps have none, and one layer does it as well."""

import json


def check(site):
    dip(site)
    layers(site)
    single(site)


def dip(site):
    """Towers are off by the height of the target, whatever the cells; the program says the same."""
    page = site.open("#bumps?cells=4")
    lower, upper = site.at_rest(page)
    fraction = lambda text: float(json.loads(text)) if "/" not in text else int(text.split("/")[0]) / int(text.split("/")[1])
    site.expect(1.99 < fraction(lower) <= fraction(upper) < 2.05, f"4 x 4 towers: {lower} to {upper}")
    site.expect("the target about 2" in page.locator(".figure").first.inner_text(), "the place of the dip is told")
    site.saved(page, "Spec", "spec.toml")
    site.saved(page, "Network", "network.json")
    site.saved(page, "Certificate", "certificate.steeple")
    checked = site.steeple("check", "certificate.steeple", "--network", "network.json")
    site.expect("accepted" in checked or "checked" in checked or "enclosed" in checked, f"the certificate: {checked}")
    page.locator(".held svg").first.wait_for()
    page.get_by_role("slider", name="Cells in x and in y").press("ArrowRight")
    page.wait_for_function("location.hash.includes('cells=5')")
    lower, _ = site.at_rest(page)
    site.expect(fraction(lower) > 1.8, f"5 x 5 towers dip as deep: {lower}")
    site.accessible(page, "towers")


def layers(site):
    """Corner steps and one layer have no dips; a choice changes the figure."""
    page = site.open("#bumps?cells=4&units=hard")
    page.get_by_text("one layer", exact=True).first.click()
    page.wait_for_function("location.hash.includes('builder=ridge')")
    lower, upper = site.at_rest(page)
    site.expect([lower, upper] == ["1/8", "1/8"], f"one layer for the dome: {lower} to {upper}")
    page.get_by_text("its directions", exact=True).click()
    page.get_by_text("2 directions").first.wait_for(state="attached")
    page.get_by_label("Target f(x, y)").fill("x^2 +")
    page.locator(".field .wrong").wait_for()
    page.get_by_label("Target f(x, y)").fill("x*y")
    site.expect(site.at_rest(page) == ("1/16", "1/16"), "one layer for the saddle")


def single(site):
    """A bump and a tower follow their sliders, and the coarse picture comes at once."""
    page = site.open("#bumps?part=bump")
    site.at_rest(page)
    page.wait_for_function("document.querySelectorAll('.board .apart').length === 2")
    page.get_by_text("a tower", exact=True).click()
    page.wait_for_function("location.hash.includes('part=tower')")
    page.locator(".held svg").first.wait_for()
    page.get_by_role("slider", name="Side h").press("ArrowLeft")
    page.wait_for_function("location.hash.includes('side=')")
    site.at_rest(page)
    page.get_by_text("where it is wrong").click()
    page.locator(".held svg").first.wait_for()
    for part in ["bump", "tower", "grid"]:
        site.fits(site.open(f"#bumps?part={part}", width=390), f"{part} on a phone")
    site.at_rest(site.open("#bumps?part=odd&builder=odd&cells=500&steepness=-1&units=odd"))
