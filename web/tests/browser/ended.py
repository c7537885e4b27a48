"""A worker that ends by itself: one message, and the next answer is as right as before."""

# Remembers the workers that the page starts.
WATCH = """
window.workers = [];
window.Worker = class extends Worker {
    constructor(address) {
        super(address);
        workers.push(this);
    }
    terminate() {
        super.terminate();
        window.workers = workers.filter((worker) => worker !== this);
        this.gone?.();
    }
};
"""


def section(number, *bytes):
    return [number, len(bytes), *bytes]


def named(text, kind, index):
    return [len(text), *text.encode(), kind, index]


# A module as the page's, in which each question meets an instruction that ends it.
TRAP = [
    0, *b"asm", 1, 0, 0, 0,
    *section(1, 3, 0x60, 0, 0, 0x60, 1, 0x7F, 1, 0x7F, 0x60, 0, 1, 0x7E),
    *section(3, 3, 0, 1, 2),
    *section(5, 1, 0, 1),
    *section(7, 4, *named("memory", 2, 0), *named("begin", 0, 0), *named("room", 0, 1), *named("ask", 0, 2)),
    *section(10, 3, 2, 0, 0x0B, 4, 0, 0x41, 0, 0x0B, 3, 0, 0x00, 0x0B),
]


def broken(page):
    """Gives all workers that module, and waits until they have it."""
    page.evaluate("""(bytes) => Promise.all(workers.splice(0).map((worker) => new Promise((done) => {
        worker.addEventListener("message", ({ data }) => data.ready && done());
        // The page may have ended it meanwhile.
        worker.gone = done;
        worker.postMessage({ module: new Uint8Array(bytes).buffer });
    })))""", TRAP)


def check(site):
    page = site.open("#steps?cells=6", init=WATCH)
    right = site.at_rest(page)
    cells = page.get_by_role("slider", name="Cells", exact=True)
    for _ in range(2):
        count = page.evaluate("workers.length")
        site.expect(count > 0, "the page has workers")
        broken(page)
        cells.press("ArrowRight")
        page.locator(".figure.failed").wait_for()
        told = page.locator(".figure.failed").inner_text()
        site.expect("memory" in told, f"it is told: {told}")
        cells.press("ArrowLeft")
        page.locator(".figure.failed").wait_for(state="detached")
        page.locator(f'.figure[data-stage="rest"][data-lower="{right[0]}"][data-upper="{right[1]}"]').wait_for()
    # What cannot even be compiled ends a worker, too.
    page.evaluate("workers.splice(0).forEach((worker) => worker.postMessage({ module: new ArrayBuffer(9) }))")
    cells.press("ArrowRight")
    cells.press("ArrowLeft")
    page.wait_for_function("document.querySelector('.figure.failed') || document.querySelector('.figure[data-stage=\"rest\"]')")
    cells.press("ArrowRight")
    page.locator(".figure.failed").wait_for(state="detached")
    cells.press("ArrowLeft")
    # The figure of the cells before may still stand there: the right one comes.
    page.locator(f'.figure[data-stage="rest"][data-lower="{right[0]}"][data-upper="{right[1]}"]').wait_for()
