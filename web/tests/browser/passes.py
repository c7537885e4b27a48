"""Forward, backward: the walk by keys and buttons, a step, wrong numbers, guesses, and the certified distance."""

import json
import math


def moment(page):
    """The name and the value of the value of the moment."""
    place = page.locator(".moment")
    return place.get_attribute("data-name"), place.get_attribute("data-value")


def walk_to(page, name):
    page.wait_for_function("name => document.querySelector('.moment')?.dataset.name === name", arg=name)


def check(site):
    page = site.open("#passes")
    walk_to(page, "z₁")
    site.expect(math.isclose(float(moment(page)[1]), 0.2), f"z₁ = {moment(page)[1]}")
    page.get_by_role("button", name="Next", exact=True).click()
    walk_to(page, "a₁")
    site.expect(math.isclose(float(moment(page)[1]), 1 / (1 + math.exp(-0.2))), f"a₁ = {moment(page)[1]}")
    page.locator("body").press("ArrowRight")
    walk_to(page, "z₂")
    page.locator("body").press("ArrowLeft")
    walk_to(page, "a₁")
    slider = page.get_by_role("slider", name="Forward pass")
    slider.focus()
    slider.press("End")
    walk_to(page, "∂L/∂b₂")
    page.wait_for_function("location.hash === '#passes?at=18'")
    site.expect(page.locator("svg.passes desc").text_content().count("=") == 19, "the picture is told value by value")

    # The certified distance is that of the program.
    low, high = site.at_rest(page)
    site.saved(page, "Network", "network.json")
    told = json.loads(site.steeple(
        "verify", "network.json", "--target", "1", "--domain", "x=0.49..0.51,y=0.99..1.01", "--gap", "1/50", "--format", "json"))
    site.expect([low, high] == [told["error"]["lower"], told["error"]["upper"]], f"{low} to {high}; by the program {told['error']}")

    # A step makes the loss what was said before it.
    said = float(page.locator("[data-next]").get_attribute("data-next"))
    page.get_by_role("button", name="Take the step").click()
    page.wait_for_function("said => Number(document.querySelector('[data-loss]').dataset.loss) === said", arg=said)
    page.get_by_role("button", name="Take 10 steps").click()
    steps = page.get_by_role("img", name="The loss, step by step")
    steps.wait_for()
    steps.get_by_text("in 11 steps.").wait_for(state="attached")
    site.expect(float(page.locator("[data-worst]").get_attribute("data-worst")) < 1e-6, "both derivatives agree")
    page.get_by_role("button", name="Start again").click()
    page.wait_for_function("said => Number(document.querySelector('[data-loss]').dataset.loss) > said", arg=said)

    # A wrong number: one message, at its field, which stays to be mended.
    weight = page.get_by_label("Weight v₁")
    weight.fill("1,5")
    page.get_by_text("1,5 is not a number").wait_for()
    site.expect(weight.get_attribute("aria-invalid") == "true", "the field is marked")
    site.expect(page.locator(".wrong").count() == 1, "there is one message")
    weight.fill("3/2")
    page.locator(".wrong").wait_for(state="detached")
    page.get_by_label("Label t").fill("1/2")
    page.get_by_text("cross-entropy", exact=True).click()
    page.get_by_text("For the cross-entropy a label is 0 or 1").wait_for()

    # Guess, then see.
    page = site.open("#passes?at=1", width=390, reduced_motion="reduce")
    walk_to(page, "a₁")
    page.get_by_label("Predict, then reveal").check()
    site.expect(moment(page)[1] is None, "the value waits for a guess")
    site.expect("a₁ =" not in page.locator("svg.passes desc").text_content(), "so does the picture")
    site.expect(page.locator("[data-loss]").count() == 0, "and the loss")
    page.locator(".figure.hidden").wait_for()
    site.expect(page.locator("svg.passes text").filter(has_text="0.2").first.is_visible(), "what was computed before is shown")
    page.get_by_label("a₁: your guess").fill("0,55")
    page.locator(".moment").get_by_role("button", name="Reveal").click()
    page.get_by_text("Your guess: 0,55, right to 2 %").wait_for()
    site.fits(page, "on a phone")

    # A link with wrong weights says so, and goes on.
    page = site.open("#passes?weights=a%3B1%3B1%3B1%3B1%3B1%3B1%3B1%3B1&at=-5&rate=1e9")
    page.get_by_text("a is not a number").wait_for()
    page.get_by_role("button", name="Take the ordinary weights").click()
    walk_to(page, "z₁")
