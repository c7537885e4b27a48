"""`steeple explore`: the page opens with the spec, or the network, that was put into it."""

import gzip
import json

SPEC = """# A comment with </script> & "quotes" \\ in it.
[target]
formula = "x^2"
domain = { x = [0, 1] }

[network]
builder = "interpolant"
cells = 13
"""


def check(site):
    packed = site.page.with_name(site.page.name + ".gz")
    site.expect(gzip.decompress(packed.read_bytes()) == site.page.read_bytes(), "the program would carry this page")
    (site.folder / "thirteen.toml").write_text(SPEC)
    told = json.loads(explored(site, "thirteen.toml"))
    site.expect(told["link"] == "#spec", f"{told}")
    page = site.open(page=site.folder / "page.html", where="explore: a spec")
    site.expect(page.get_by_label("Spec", exact=True).input_value() == SPEC, "the page has the spec")
    lower, upper = site.at_rest(page)
    site.expect([lower, upper] == ["1/676", "1/676"], f"its certified error: {lower} to {upper}")
    # Its other sections are as they were.
    page.get_by_role("link", name="One unit").click()
    page.get_by_role("heading", name="What does one unit do?").wait_for()

    site.steeple("build", "thirteen.toml", "--quiet")
    for file in ("network.json", "network.onnx"):
        told = json.loads(explored(site, f"thirteen/{file}"))
        site.expect(told["link"] == "#file", f"{told}")
        page = site.open(page=site.folder / "page.html", where=f"explore: {file}")
        page.get_by_role("heading", level=1, name="your own network").wait_for()
        page.locator("main").get_by_text(file).first.wait_for()


def explored(site, file):
    return site.steeple("explore", file, "--page", site.page, "--out", "page.html", "--format", "json")
