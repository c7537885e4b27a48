"""A typed spec: the certificate is byte for byte that of the program, and other checkers accept it."""

import os
import subprocess

# Digits that stand nowhere in the page: what is certified was computed.
SPECS = {
    "square": """[target]
formula = "x^2 + 0.307194*x"
domain = { x = ["-0.7310625", "1.1902847"] }

[network]
builder = "interpolant"
cells = 23
""",
    "disk": """[target]
formula = "x^2 + y^2 <= 0.4189207"
domain = { x = [-1, 1], y = [-1, 1] }

[network]
builder = "disk"
activation = "sigmoid"
sides = 7
steepness = 331.70425

[claim]
gap = "1/20"
""",
    "smooth": """[target]
formula = "sin(5.3081746*x)"
domain = { x = [0, 1] }

[network]
builder = "staircase"
activation = "sigmoid"
cells = 9

[claim]
gap = "1/50"
""",
}


def check(site):
    built(site)
    mistaken(site)


def built(site):
    source = site.page.read_text()
    page = site.open("#spec")
    field = page.get_by_label("Spec", exact=True)
    # As at the start; then the figure is of another text.
    before = site.at_rest(page)
    for name, text in SPECS.items():
        digits = max("".join(c if c.isdigit() else " " for c in text).split(), key=len)
        site.expect(digits not in source, f"{name}: {digits} stands in the page")
        field.fill(text)
        page.wait_for_function(
            "(before) => { const at = document.querySelector('.figure[data-stage=\"rest\"]');"
            " return at && (at.dataset.lower !== before[0] || at.dataset.upper !== before[1]); }", arg=list(before))
        before = site.at_rest(page)
        site.expect(page.locator(".picture svg").first.is_visible(), f"{name}: a picture")
        folder = site.folder / name
        (site.folder / f"{name}.toml").write_text(text)
        site.steeple("build", f"{name}.toml", "--quiet")
        for button, file in (("Certificate", "certificate.steeple"), ("Network", "network.json"), ("Spec", "spec.toml")):
            mine = site.saved(page, button, file)
            native = folder / file if file != "spec.toml" else site.folder / f"{name}.toml"
            site.expect(mine == native.read_bytes(), f"{name}: {file} is that of the program")
        site.steeple("check", "certificate.steeple", "--network", "network.json", "--spec", f"{name}.toml")
        accepted(site, name)


def accepted(site, name):
    """The checker in Python, which shares no code with the page."""
    place = site.folder / f"{name} from the page"
    place.mkdir()
    for file in ("certificate.steeple", "network.json"):
        (site.folder / file).rename(place / file)
    done = subprocess.run(
        [site.checker, "-m", "steeple_check", "--brief", str(place)], capture_output=True, text=True,
        cwd=site.root / "proofs" / "independent", env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    site.expect(done.returncode == 0, f"{name}: the checker in Python: {done.stdout} {done.stderr}")


# What is typed wrongly, and a word of the message.
MISTAKES = [
    ("", "empty|target|expected"),
    ("[target]\nformula = \"x^\"\ndomain = { x = [0, 1] }\n", "x"),
    ("[target]\nformula = \"y\"\ndomain = { x = [0, 1] }\n", "y"),
    ("[target]\nformula = \"1/x\"\ndomain = { x = [0, 1] }\n[network]\nbuilder = \"interpolant\"\ncells = 4\n", "."),
    ("[network]\nbuilder = \"castle\"\n", "."),
    ("\u0000\u202e\U0001f600 = = [[", "."),
    ("[target]\nformula = \"x\"\ndomain = { x = [1, 0] }\n", "."),
    ("[target]\nformula = \"" + "(" * 20_000 + "\"\ndomain = { x = [0, 1] }\n", "."),
    ("[target]\nformula = \"x\"\ndomain = { x = [0, 1] }\n[network]\nbuilder = \"staircase\"\ncells = 1000000000000\n", "."),
]


def mistaken(site):
    """Each mistake has one message; then the next text is read as if nothing had been."""
    page = site.open("#spec")
    field = page.get_by_label("Spec", exact=True)
    for text, words in MISTAKES:
        field.fill(text)
        page.wait_for_function(
            "(words) => [...document.querySelectorAll('.wrong, .figure.failed')].some("
            "(place) => new RegExp(words).test(place.innerText))", arg=words)
        shown = page.locator("main").inner_text()
        site.expect("stopped inside" not in shown, f"a panic for {text[:60]!r}: {shown[-300:]}")
        site.fits(page, f"with a mistake: {text[:60]!r}")
        field.fill(SPECS["square"])
        page.locator(".wrong, .figure.failed").first.wait_for(state="detached")
        site.at_rest(page)
