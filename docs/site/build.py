"""Makes pages for a browser from the documents of this repository.

    build.py OUT

`contents.toml` says which documents, `style.css` how they look. A page keeps its path: `docs/import.md` becomes
`docs/import.html`, a README.md becomes index.html. Other files that a document links to, such as example specs, get a
page that shows them. The run fails where a link or a picture leads nowhere, and where headings skip a level.
"""

import html
import itertools
import json
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# The explorer is on the site where `web/build.sh` made it.
EXPLORER = ROOT / "web" / "target" / "explorer.html"
THEOREM = re.compile(r"\bT\d\d\b")
LETTER = "[A-Za-zà-žα-ωΑ-Ω]"


class Page:
    """A document, its title, and the anchors of its headings."""

    def __init__(self, source):
        self.source = source
        self.text = (ROOT / source).read_text(encoding="utf-8")
        self.path = page_path(source)
        self.tokens = MARKDOWN.parse(self.text)
        self.title = source
        self.anchors = set()
        self.name_headings()

    def name_headings(self):
        """Gives headings the anchors that GitHub gives them."""
        level = 0
        for k, token in enumerate(self.tokens):
            if token.type != "heading_open":
                continue
            words = plain(self.tokens[k + 1])
            depth = int(token.tag[1])
            if depth > level + 1:
                problem(self.source, f"a heading of level {depth} below one of level {level}: {words}")
            if depth == 1:
                if level:
                    problem(self.source, f"a second title: {words}")
                self.title = words
            level = depth
            slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            anchor, n = slug, 0
            while anchor in self.anchors:
                n += 1
                anchor = f"{slug}-{n}"
            self.anchors.add(anchor)
            token.attrSet("id", anchor)


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
PROBLEMS = []


def problem(source, text):
    """Notes what is wrong, to say all of it at the end."""
    PROBLEMS.append(f"{source}: {text}")


def plain(token):
    """The text of an inline token, without marks."""
    return "".join(child.content for child in token.children if child.type in ("text", "code_inline"))


def page_path(source):
    """The page of a document."""
    path = Path(source)
    name = "index.html" if path.name == "README.md" else path.stem + ".html"
    return (path.parent / name).as_posix()


def relative(path, page):
    """The address of a file of the site, seen from a page."""
    return os.path.relpath(path, os.path.dirname(page) or ".").replace(os.sep, "/")


class Site:
    """All pages, and what they need beside them."""

    def __init__(self, out):
        self.out = out
        contents = tomllib.loads((HERE / "contents.toml").read_text(encoding="utf-8"))
        self.sections = contents["section"]
        self.pages = {}
        for section in self.sections:
            section["sources"] = [source for pattern in section["pages"] for source in matching(pattern)]
            for source in section["sources"]:
                self.pages[source] = Page(source)
        self.theorems = {Path(source).stem[:3]: source for source in self.pages if "/theorems/" in source}
        # Files that are shown as they are, and pictures.
        self.shown, self.copied = set(), set()

    def target(self, page, link):
        """The address that replaces a link of a document."""
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return link
        path = page.source
        if parts.path:
            path = os.path.normpath(os.path.join(os.path.dirname(page.source), unquote(parts.path)))
        file = ROOT / path
        if path.startswith("..") or not file.exists():
            problem(page.source, f"the link {link} leads nowhere")
            return link
        if file.is_dir():
            if (file / "README.md").exists():
                path = f"{path}/README.md"
            else:
                return self.directory(page, path)
        if path in self.pages:
            other = self.pages[path]
            if parts.fragment and parts.fragment not in other.anchors:
                problem(page.source, f"{path} has no heading #{parts.fragment}")
            address = relative(other.path, page.path) if other is not page else ""
            return address + (f"#{parts.fragment}" if parts.fragment else "") or relative(other.path, page.path)
        if Path(path).suffix in (".svg", ".png"):
            self.copied.add(path)
            return relative(path, page.path)
        if parts.fragment:
            problem(page.source, f"{path} is no page of the site, so it has no heading #{parts.fragment}")
        self.shown.add(path)
        return relative(f"{path}.html", page.path)

    def directory(self, page, path):
        """A directory without a README: its documents, if the site has any; else a list of its files."""
        first = next((source for source in self.pages if source.startswith(f"{path}/")), None)
        if first:
            return relative(self.pages[first].path, page.path)
        self.shown.add(path)
        return relative(f"{path}.html", page.path)

    def body(self, page):
        """The HTML of a document."""
        for token in page.tokens:
            for child in token.children or []:
                if child.type == "link_open":
                    child.attrSet("href", self.target(page, child.attrGet("href")))
                if child.type == "image":
                    self.picture(page, child)
                if child.type == "code_inline" and "/theorems/" in page.source:
                    typeset(child)
            if token.type == "inline" and page.source.startswith("proofs/"):
                self.link_theorems(page, token)
        text = MARKDOWN.renderer.render(page.tokens, MARKDOWN.options, {})
        number = itertools.count(1)
        text = re.sub(r"<table>.*?</table>", lambda match: table(match[0], next(number)), text, flags=re.S)
        text = re.sub(r'<pre><code class="language-console">(.*?)</code></pre>', console, text, flags=re.S)
        return text.replace("<pre>", '<pre tabindex="0">')

    def picture(self, page, token):
        """A picture: its file, its size, and what it shows."""
        link = token.attrGet("src")
        token.attrSet("src", self.target(page, link))
        token.attrSet("loading", "lazy")
        if not plain(token):
            problem(page.source, f"the picture {link} has no text that says what it shows")
        file = ROOT / os.path.dirname(page.source) / unquote(link)
        if file.suffix == ".svg" and file.exists():
            size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', file.read_text(encoding="utf-8")[:4000])
            if size:
                token.attrSet("width", str(round(float(size[1]))))
                token.attrSet("height", str(round(float(size[2]))))

    def link_theorems(self, page, token):
        """Numbers of theorems in the text become links to their pages."""
        inside, children = False, []
        for child in token.children:
            inside = (inside or child.type == "link_open") and child.type != "link_close"
            if child.type != "text" or inside:
                children.append(child)
                continue
            at = 0
            for match in THEOREM.finditer(child.content):
                source = self.theorems.get(match[0])
                if source is None or source == page.source:
                    continue
                address = relative(self.pages[source].path, page.path)
                children.append(piece(child, child.content[at:match.start()]))
                link = piece(child, f'<a href="{address}">{match[0]}</a>')
                link.type = "html_inline"
                children.append(link)
                at = match.end()
            children.append(piece(child, child.content[at:]))
        token.children = children

    def navigation(self, page):
        """The list of all pages."""
        parts = []
        for section in self.sections:
            items = "".join(self.entry(page, source) for source in section["sources"])
            title = html.escape(section["title"])
            if section.get("is_folded"):
                is_open = " open" if page and page.source in section["sources"] else ""
                parts.append(f"<details{is_open}><summary>{title}</summary><ul>{items}</ul></details>")
            else:
                parts.append(f"<p>{title}</p><ul>{items}</ul>")
        if EXPLORER.is_file():
            parts.append(f'<p><a href="{relative(EXPLORER.name, self.at)}">Open the explorer</a></p>')
        return "".join(parts)

    def entry(self, page, source):
        """One line of the navigation."""
        other = self.pages[source]
        here = ' aria-current="page"' if other is page else ""
        address = relative(other.path, self.at)
        return f'<li><a href="{address}"{here}>{html.escape(other.title)}</a></li>'

    def steps(self, page):
        """Links to the page before and the page after, where pages are read in order."""
        for section in self.sections:
            sources = section["sources"]
            if not section.get("is_read_in_order") or page.source not in sources:
                continue
            k = sources.index(page.source)
            links = []
            for word, n in (("Before", k - 1), ("Next", k + 1)):
                if 0 <= n < len(sources):
                    other = self.pages[sources[n]]
                    address = relative(other.path, page.path)
                    links.append(f'<a href="{address}">{word}: {html.escape(other.title)}</a>')
            return f'<nav class="steps" aria-label="Pages of the guide">{"".join(links)}</nav>'
        return ""

    def write(self, path, title, body, page=None):
        """Writes one page with its frame."""
        self.at = path
        navigation = self.navigation(page)
        style = relative("style.css", path)
        text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape(title)}{"" if title == "Steeple" else " · Steeple"}</title>
<link rel="stylesheet" href="{style}">
<link rel="icon" href="data:,">
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header>
<details class="menu"><summary>Steeple: all pages</summary><nav aria-label="All pages, menu">{navigation}</nav></details>
</header>
<div class="frame">
<nav class="side" aria-label="All pages">{navigation}</nav>
<main id="content">
{body}{self.steps(page) if page else ""}
</main>
</div>
</body>
</html>
"""
        file = self.out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def build(self):
        """Writes all pages."""
        for page in self.pages.values():
            self.write(page.path, page.title, self.body(page), page)
        for path in sorted(self.shown):
            file = ROOT / path
            text = file.read_text(encoding="utf-8") if file.is_file() else "\n".join(sorted(os.listdir(file)))
            body = f'<h1>{html.escape(path)}</h1>\n<pre tabindex="0"><code>{html.escape(text)}</code></pre>'
            if file.suffix == ".ipynb":
                body = notebook(text, file.name)
            self.write(f"{path}.html", path, body)
        for path in sorted(self.copied):
            (self.out / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, self.out / path)
        shutil.copyfile(HERE / "style.css", self.out / "style.css")
        if EXPLORER.is_file():
            shutil.copyfile(EXPLORER, self.out / EXPLORER.name)


def notebook(text, name):
    """The HTML of a notebook without its results, and how to get them."""
    parts = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
    title, _, rest = "\n\n".join(parts).partition("\n")
    note = f"The notebook without its results. Open `{name}` in Jupyter and run it."
    body = MARKDOWN.render(f"{title}\n\n*{note}*\n{rest}")
    return body.replace("<pre>", '<pre tabindex="0">')


def matching(pattern):
    """The documents that a pattern names."""
    found = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern))
    if not found:
        problem("contents.toml", f"no file is {pattern}")
    return found


def piece(token, text):
    """A token like this with another text."""
    other = token.copy()
    other.content = text
    return other


def typeset(token):
    """A formula in code, such as `2^(l-1) <= n_0`, gets raised and lowered signs; other code stays code."""
    if re.search(r'::|\.rs|["{};]', token.content):
        return
    text = html.escape(token.content)
    before = text
    text = re.sub(r"\^\(([^()]*)\)", r"<sup>\1</sup>", text)
    text = re.sub(r"\^(-\([^()]*\)|-\|[^|]*\||-?\w+)", r"<sup>\1</sup>", text)
    text = re.sub(rf"(?<!\w)(d?{LETTER})_\(([^()]*)\)", r"\1<sub>\2</sub>", text)
    text = re.sub(rf"(?<!\w)(d?{LETTER})_([A-Za-z0-9]{{1,2}})(?![A-Za-z0-9_])", r"\1<sub>\2</sub>", text)
    text = text.replace("&lt;=", "≤").replace("&gt;=", "≥")
    is_short = re.fullmatch(rf"{LETTER}|[\[(][^\[\]()]*, [^\[\]()]*[\])]", token.content)
    if text == before and not is_short and not re.search(r" ([-+*/=<]|&[lg]t;) ", text):
        return
    text = re.sub(r"(?<![\w_])-(?=[\d\w( ])|(?<=\w)-(?=[\d(])", "−", text)
    token.type = "html_inline"
    token.content = f'<span class="formula">{text}</span>'


def table(text, number):
    """A table that scrolls by itself where it is wider than the page."""
    text = text.replace("<th></th>", "<td></td>")
    return f'<div class="table" role="region" aria-label="Table {number}" tabindex="0">{text}</div>'


def console(match):
    """What is typed stands out from what is printed."""
    lines, goes_on = [], False
    for line in match[1].split("\n"):
        if goes_on or line.startswith("$ "):
            goes_on = line.endswith("\\")
            line = f"<b>{line}</b>"
        lines.append(line)
    return f'<pre class="console" tabindex="0"><code>{chr(10).join(lines)}</code></pre>'


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: build.py OUT")
    out = Path(sys.argv[1])
    if out.exists() and any(out.iterdir()) and not (out / "style.css").exists():
        sys.exit(f"{out} holds something else")
    shutil.rmtree(out, ignore_errors=True)
    site = Site(out)
    site.build()
    for line in PROBLEMS:
        print(line, file=sys.stderr)
    if PROBLEMS:
        sys.exit(1)
    print(f"{len(site.pages)} pages, {len(site.shown)} files, {len(site.copied)} pictures; all links lead somewhere")


if __name__ == "__main__":
    main()
