"""One unit: a slider changes the figure to the one of the program, and a held place stays."""

import json
from fractions import Fraction


def check(site):
    page = site.open("#unit?weight=7.25&bias=-1.5")
    for keys in (["End"], ["Home", "PageUp", "ArrowRight"]):
        weight = page.get_by_label("Weight w")
        weight.focus()
        for key in keys:
            weight.press(key)
        page.locator('.figure[data-stage="rest"]').first.wait_for()
        shown = page.get_by_role("status").filter(has_text="changes").count()
        site.expect(shown == 0, "no message beside the figure")
        network = site.folder / "network.json"
        site.saved(page, "Network", "network.json")
        value = json.loads(network.read_text())["layers"][0]["weights"][0][0]
        site.expect(Fraction(value) == Fraction(weight.input_value()), f"the network has the weight of the slider: {value}")
        # The page may stop earlier than the program; what both certify must meet.
        site.saved(page, "Certificate", "certificate.steeple")
        site.steeple("check", "certificate.steeple", "--network", "network.json")
        target = f"if({value}*x - 1.5 >= 0, 1, 0)"
        told = json.loads(site.steeple(
            "verify", "network.json", "--target", target, "--domain", "x=-1..1", "--norm", "l1", "--gap", "1/50",
            "--format", "json"))
        lower, upper = site.at_rest(page)
        site.expect([lower, upper] == [told["error"]["lower"], told["error"]["upper"]],
                    f"weight {value}: {lower} to {upper} in the page, {told['error']} by the program")

    page = site.open("#unit?weight=8&bias=-2&hold=1")
    weight = page.get_by_label("Weight w")
    weight.focus()
    weight.press("End")
    page.wait_for_function("location.hash.includes('weight=60')")
    site.expect(page.get_by_label("Bias b").input_value() == "-15", "the bias moves with the weight")
    weight.press("Home")
    page.get_by_text("It changes at x = −b/w = 0.25.").wait_for()

    page = site.open("#unit?weight=0")
    site.expect("no place where it changes" in page.locator(".figure").inner_text(), "weight 0 is explained")
