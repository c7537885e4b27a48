"""Runs the notebooks from top to bottom; one that fails, or has outputs stored in git, is an error.

    run.py [--html DIR]

With --html, writes each notebook with its results as a page (needs nbconvert).
"""

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--html", type=Path, metavar="DIR", help="write pages into this directory")
    arguments = parser.parse_args()
    for path in sorted(HERE.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code" and (cell.outputs or cell.execution_count):
                sys.exit(f"{path.name}: its outputs are stored; clear them before a commit")
        begun = time.monotonic()
        # The kernel of the Python that runs this file; its warnings are about networks, and it listens on this machine.
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            extra_arguments=["--IPKernelApp.log_level=40"],
            resources={"metadata": {"path": str(HERE)}},
            timeout=300,
        )
        client.execute()
        print(f"{path.name}: {time.monotonic() - begun:.0f} s")
        if arguments.html:
            from nbconvert import HTMLExporter

            arguments.html.mkdir(parents=True, exist_ok=True)
            page, _ = HTMLExporter().from_notebook_node(notebook)
            (arguments.html / f"{path.stem}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
