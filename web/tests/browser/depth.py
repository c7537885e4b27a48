"""Depth: counts that follow the sliders are those of the program; what cannot be read is told under its field."""

import json


def counted(page, count=None):
    """Waits for a count, or for this one; returns it."""
    wanted = "" if count is None else f'[data-count="{count}"]'
    figure = page.locator(f'.figure[data-stage="rest"][data-count]{wanted}').first
    figure.wait_for()
    return int(figure.get_attribute("data-count"))


def by_program(site, page, domain):
    site.saved(page, "Network", "network.json")
    return json.loads(site.steeple("regions", "network.json", "--domain", domain, "--format", "json"))["count"]


def check(site):
    page = site.open("#depth")
    counted(page, 44)
    page.get_by_label("Hidden layers").focus()
    page.keyboard.press("ArrowRight")
    counted(page, 176)
    page.locator(".picture svg text", has_text="176 linear regions").first.wait_for()
    site.expect(by_program(site, page, "x=0..1,y=0..1") == 176, "the program counts the folded network")
    site.expect("T31" in page.locator(".figure").first.inner_text(), "the theorem is named")
    page.get_by_label("Hidden layers").press("End")
    page.get_by_label("Units in each layer").press("End")
    page.get_by_text("Not counted").wait_for()
    site.expect(f"{16 ** 7 * 37:,}" in page.locator(".figure").first.inner_text(), "a number by theorem where nothing is counted")

    # Lines that move.
    page = site.open("#depth?show=own&hidden=3&width=8&seed=2&layer=2&unit=3")
    before = counted(page)
    page.locator(".picture svg text", has_text="broad line: unit 3").wait_for()
    for label in ["Bias", "Weight of unit 4 below"]:
        page.get_by_label(label).press("Home")
    page.wait_for_function("location.hash.includes('changes=')")
    page.locator(".picture:not(.stale)").wait_for()
    after = counted(page)
    site.expect(by_program(site, page, "x=-1..1,y=-1..1") == after, f"the program counts the moved network: {after}")
    again = site.open(page.evaluate("location.hash"), where="the link of a moved network")
    site.expect(counted(again) == after, "a link brings the moved weights back")
    site.accessible(page, "weights to move")
    page.get_by_role("button", name="Undo all moves").click()
    counted(page, before)
    page.get_by_role("button", name="Type the weights").click()
    counted(page, before)
    site.expect(page.get_by_label("Layer 3").input_value().count(";") == 7, "all weights of layer 3 can be typed")

    # Typed weights.
    page = site.open("#depth?show=typed", width=390)
    counted(page, 17)
    first = page.get_by_label("Layer 1")
    good = first.input_value()
    for wrong, message in [("1 0 0; 1 b 2", "found b"), ("1 2", "Unit 1 needs 2 weights and a bias"), ("1 1 1/0", "over 0"), ("", "found 0")]:
        first.fill(wrong)
        page.get_by_role("alert").filter(has_text=message).wait_for()
    site.fits(page, "a mistyped layer")
    site.accessible(page, "a mistyped layer")
    first.fill("1 0 0; -1 0 0; 0 1 0; 0 -1 0.25")
    site.expect(counted(page) > 17, "typed weights are counted")
    first.fill(good)
    counted(page, 17)
    for layer in ["Layer 2", "Layer 3"]:
        page.get_by_label(layer).fill("")
    page.get_by_label("Output").fill("1 1 1 1 0")
    counted(page, 4)

    # Guessing: the number is nowhere before.
    page = site.open("#depth?show=maxout&inputs=1")
    counted(page, 7)
    page.get_by_label("Predict, then reveal").check()
    page.get_by_label("Linear regions: your guess").fill("9")
    page.get_by_role("button", name="Reveal").click()
    counted(page, 7)
    site.expect("Your guess: 9, 1.3 times too large" in page.locator(".figure").inner_text(), "a guess is judged")
    page.get_by_text("folding", exact=True).click()
    page.get_by_text("two", exact=True).click()
    page.get_by_label("Linear regions: your guess").wait_for()
    page.locator(".picture svg text", has_text="Neighbours have different colours").wait_for(state="attached")
    told = page.locator(".picture svg").locator("title, desc, text").all_text_contents()
    site.expect(told and not any("44" in text for text in told), f"a picture tells what is to be guessed: {told}")
    page.get_by_label("Linear regions: your guess").fill("44")
    page.get_by_role("button", name="Reveal").click()
    counted(page, 44)
    site.expect("Your guess: 44, right" in page.locator(".figure").inner_text(), "a right guess is told so")

    # The same units, divided.
    page = site.open("#depth?show=same")
    counted(page, 198)
    page.get_by_role("button", name="4 + 4 + 4", exact=True).click()
    counted(page, 176)
    row = page.locator("tr", has=page.get_by_role("button", name="4 + 4 + 4", exact=True)).inner_text()
    site.expect("176" in row and "1,331" in row, f"a row of the table: {row}")
    site.accessible(page, "wide or deep")
