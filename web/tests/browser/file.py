"""Your network: examples, files that are chosen, dropped and damaged, targets, and a page that carries a network."""

import base64
import json
import struct

RELU = json.dumps({
    "steeple_network": 1, "inputs": ["u"], "outputs": ["v"],
    "layers": [
        {"activation": "relu", "weights": [["2"], ["2"]], "bias": ["0", "-1"]},
        {"activation": "identity", "weights": [["1/3", "1/5"]], "bias": ["0"]},
    ],
})


def explained(page, title):
    page.locator(".report h2", has_text=title).wait_for()


def chosen(page, name, content):
    page.get_by_label("Network file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def check(site):
    page = site.open("#file")
    explained(page, "What bowl does")
    low, high = site.at_rest(page)
    site.saved(page, "Network", "network.json")
    told = json.loads(site.steeple(
        "verify", "network.json", "--target", "x^2 + y^2", "--domain", "x=-1..1,y=-1..1", "--gap", "1/50", "--format", "json"))
    site.expect([low, high] == [told["error"]["lower"], told["error"]["upper"]], f"{low} to {high}; by the program {told['error']}")

    page.get_by_label("Predict, then reveal").check()
    guess = page.get_by_label("Largest error: your guess")
    guess.wait_for()
    site.expect(not page.locator(".report").is_visible(), "the explanation tells nothing that is to be guessed")
    guess.fill("0.03")
    page.get_by_role("button", name="Reveal").click()
    page.get_by_text("Your guess: 0.03").wait_for()
    site.expect(page.locator(".report").is_visible(), "then it is shown")
    page.get_by_label("Predict, then reveal").uncheck()

    page.get_by_role("button", name="Stairs (by formula)").click()
    explained(page, "What stairs does")
    site.expect(page.get_by_text("Units 2 and 3 make a bump").count() == 1, "a bump is recognised")
    page.wait_for_function("location.hash.includes('example=stairs')")
    page.get_by_label("Target").fill("")
    page.locator(".figure").wait_for(state="detached")
    site.expect(page.locator("main").get_by_text("Certified").count() == 0, "without a target nothing is certified")

    # A file of the user.
    (site.folder / "mine.json").write_text(RELU)
    chosen(page, "mine.json", RELU.encode())
    explained(page, "What mine does")
    site.expect(page.get_by_label("Domain").input_value() == "u=-1..1", "the domain fits the file")
    site.expect(page.get_by_label("Target").input_value() == "", "the last target is gone")
    page.get_by_label("Target").fill("u + sqrt(")
    wrong = page.locator(".wrong")
    wrong.wait_for()
    site.expect("^" in wrong.inner_text() and wrong.count() == 1, f"the place of the mistake: {wrong.inner_text()}")
    page.get_by_label("Target").fill("1/u")
    page.get_by_text("The target is not defined at u = 0").wait_for()
    page.get_by_label("Target").fill("u^2")
    low, high = site.at_rest(page)
    told = json.loads(site.steeple(
        "verify", "mine.json", "--target", "u^2", "--domain", "u=-1..1", "--gap", "1/50", "--format", "json"))
    site.expect([low, high] == [told["error"]["lower"], told["error"]["upper"]], f"{low} to {high}; by the program {told['error']}")
    page.get_by_label("Domain").fill("u=1..")
    page.locator(".wrong").first.wait_for()
    site.expect(page.locator(".wrong").count() == 1, "one message about the domain")

    # Other files, and damaged ones.
    for name, content, message in [
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(20), "picture (PNG)"),
        ("model.pt", b"PK\x03\x04" + b"archive/data.pkl" * 4, "PyTorch"),
        ("half.json", RELU.encode()[:100], ""),
        ("empty.onnx", b"", "empty"),
    ]:
        chosen(page, name, content)
        page.locator(".drop .wrong").wait_for()
        page.wait_for_function("text => document.querySelector('.drop .wrong').innerText.includes(text)", arg=message)
        site.expect(page.locator(".report, .figure").count() == 0, f"{name}: nothing of the last file is shown")

    # Weights alone: the reader says what the units do.
    head = json.dumps({
        "0.weight": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
        "0.bias": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]},
        "1.weight": {"dtype": "F32", "shape": [1, 2], "data_offsets": [16, 24]},
        "1.bias": {"dtype": "F32", "shape": [1], "data_offsets": [24, 28]},
    }).encode()
    chosen(page, "alone.safetensors", struct.pack("<Q", len(head)) + head + struct.pack("<7f", 1, 2, 0, -1, 0.5, 0.25, 0.125))
    page.get_by_text("a safetensors file has weights and no activations").wait_for()
    page.get_by_text("tanh", exact=True).click()
    explained(page, "What alone does")
    page.get_by_text("2 hidden units in 1 layer: 2 tanh").wait_for()

    # Too large for a page: opened, and refused in words.
    many = json.dumps({
        "steeple_network": 1, "inputs": ["x"], "outputs": ["y"],
        "layers": [{"activation": "relu", "weights": [["1"]] * 700, "bias": ["0"] * 700},
                   {"activation": "identity", "weights": [["1"] * 700], "bias": ["0"]}],
    })
    chosen(page, "many.json", many.encode())
    page.get_by_text("The network has 700 hidden units").wait_for()
    site.expect("steeple explain FILE" in page.locator(".figure").inner_text(), "what the program does instead")

    # A dropped file.
    drop = page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], 'dropped.json')); return data; }", RELU)
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": drop})
    explained(page, "What dropped does")

    # A page that carries a network.
    given = json.dumps({"link": "#file", "network": {"name": "carried.json", "base64": base64.b64encode(RELU.encode()).decode()}})
    text = site.page.read_text(encoding="utf-8")
    place = '<script id="given" type="application/json">'
    before, after = text.split(place + "{}", 1)
    own = site.folder / "own.html"
    own.write_text(before + place + given + after, encoding="utf-8")
    page = site.open(page=own, width=390, scheme="dark")
    explained(page, "What carried does")
    site.fits(page, "a carried network on a phone")
    site.accessible(page, "a carried network on a phone")
