"""Each section: it loads, shows a picture or says why not, fits the window, and axe-core finds nothing serious."""

import itertools

# What a section may show; or else it says in words why there is no picture.
SHOWN = "main .picture svg, main .view svg, main .view canvas, main svg, main canvas"
SAYS = "main .picture.empty, main .figure"


def sections(page):
    """The names of the sections, as in links."""
    links = page.locator("nav a[href^='#']")
    links.first.wait_for()
    return [link.get_attribute("href")[1:] for link in links.all()]


def check(site):
    names = sections(site.open())
    site.expect(len(names) >= 8 and len(set(names)) == len(names), f"the list of sections: {names}")
    for name in names:
        where = f"#{name}"
        page = site.open(where, where=where, reduced_motion="reduce")
        shows = """([shown, says]) => [...document.querySelectorAll(shown)].some((picture) => picture.getBoundingClientRect().width > 50)
            || [...document.querySelectorAll(says)].some((place) => place.innerText.trim() && !/\\.\\.\\.$/.test(place.innerText.trim()))"""
        try:
            page.wait_for_function(shows, arg=[SHOWN, SAYS], timeout=10_000)
        except Exception:
            site.expect(False, f"{where}: there is a picture, or a sentence why not")
        site.expect(page.locator("nav a[aria-current=page]").get_attribute("href") == where, f"{where} is the one that is shown")
        site.expect(page.locator("main h1").count() == 1, f"{where} has one heading")
        page.wait_for_timeout(300)
        for width, scheme in itertools.product([390, 1280], ["light", "dark"]):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            site.fits(page, f"{where} at {width}, {scheme}")
            site.accessible(page, f"{where} at {width}, {scheme}")
        page.context.close()
