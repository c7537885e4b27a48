"""Whole certificates: true ones are accepted; stronger, false and malformed ones are not."""

import io
import os
import random
import re
import unittest
from contextlib import redirect_stdout

from gmpy2 import mpq

from steeple_check.__main__ import main
from steeple_check.certificate import read_certificate
from steeple_check.check import check

DATA = os.path.join(os.path.dirname(__file__), "data")
ERRORS = [
    "sup_smooth", "sup_portable", "sup_steps", "sup_exact", "sup_functions", "l1_smooth", "l1_exact", "l1_misc",
    "l1_layers", "l2_portable", "l2_exact", "area_disk", "area_exact",
]
EXACT = ["sup_exact", "l1_exact", "l2_exact", "area_exact"]
LIMIT = 20000


def read(name, file="certificate.steeple"):
    with open(os.path.join(DATA, name, file), "rb") as opened:
        return opened.read()


def run(certificate, name, max_cells=LIMIT):
    return check(certificate, read(name, "network.json"), max_cells)


def replaced(name, pattern, replacement):
    """Returns the certificate with one line changed; fails if nothing changes."""
    text = read(name).decode()
    changed = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
    if changed == text:
        raise AssertionError(f"{name} has no {pattern}")
    return changed.encode()


def with_line(name, word, value):
    return replaced(name, f"^{word} .*$", f"{word} {value}")


class True_(unittest.TestCase):
    def test_true_certificates_are_accepted(self):
        for name in sorted(os.listdir(DATA)):
            outcome = run(read(name), name)
            self.assertEqual((outcome.word, outcome.reason), ("accepted", None), name)

    def test_weaker_claims_are_accepted(self):
        for name in ERRORS:
            claim = read_certificate(read(name))
            self.assertEqual(run(with_line(name, "upper", claim.upper * 2), name).word, "accepted")
            self.assertEqual(run(with_line(name, "lower", claim.lower / 2), name).word, "accepted")

    def test_hints_are_only_hints(self):
        for name in ("sup_smooth", "l1_smooth", "area_disk"):
            self.assertEqual(run(with_line(name, "constant-radius", "0"), name).word, "accepted")
            self.assertEqual(run(with_line(name, "ranges", "linear"), name).word, "accepted")


class Stronger(unittest.TestCase):
    """A claim whose upper end is below its lower one, or the other way round, is false by the true certificate."""

    def test_an_upper_end_below_the_truth_is_rejected(self):
        for name in ERRORS:
            claim = read_certificate(read(name))
            for upper in (claim.lower * mpq(9999, 10000), mpq(0), mpq(-1)):
                stronger = with_line(name, "upper", upper)
                for changed in (stronger, re.sub(rb"(?m)^lower .*$", b"lower 0", stronger)):
                    outcome = run(changed, name, 4000)
                    self.assertIn(outcome.word, ("rejected", "declined", "undecided"), name)
                    if name != "l1_layers":
                        self.assertEqual(outcome.word, "rejected", (name, outcome.reason))

    def test_a_lower_end_above_the_truth_is_rejected(self):
        for name in ERRORS:
            claim = read_certificate(read(name))
            changed = with_line(name, "lower", claim.upper * mpq(10001, 10000))
            changed = re.sub(rb"(?m)^upper .*$", f"upper {claim.upper * 2}".encode(), changed)
            outcome = run(changed, name, 4000)
            self.assertNotEqual(outcome.word, "accepted", name)
            if name != "l1_layers":
                self.assertEqual(outcome.word, "rejected", (name, outcome.reason))

    def test_exact_claims_have_no_room(self):
        for name in EXACT:
            claim = read_certificate(read(name))
            self.assertEqual(claim.lower, claim.upper)
            tiny = mpq(1, 1 << 200)
            self.assertEqual(run(with_line(name, "upper", claim.upper - tiny), name).word, "rejected")
            self.assertEqual(run(with_line(name, "lower", claim.lower + tiny), name).word, "rejected")

    def test_another_witness_gives_less(self):
        for name, witness in (("sup_smooth", "0 radius 0"), ("sup_portable", "0 radius 1/8")):
            self.assertEqual(run(with_line(name, "witness", witness), name).word, "rejected")
        # At the point itself, or on the whole of a box that is small enough.
        text = read("sup_smooth").decode()
        place = re.search(r"(?m)^witness (\S+) ", text)[1]
        near = with_line("sup_smooth", "witness", f"{place} radius 1/1000000000000")
        self.assertEqual(run(near, "sup_smooth").word, "rejected")
        near = re.sub(rb"(?m)^lower .*$", f"lower {read_certificate(near).lower * mpq(999, 1000)}".encode(), near)
        self.assertEqual(run(near, "sup_smooth").word, "accepted")

    def test_properties(self):
        self.assertEqual(run(replaced("property_tree", "Y_0 >= 19/10", "Y_0 >= 18/10"), "property_tree").word, "rejected")
        self.assertEqual(run(replaced("property_tree", "box -1 1 ", "box -1 9 "), "property_tree").word, "rejected")
        self.assertEqual(run(replaced("property_tree", "Y_0 >= 19/10", "Y_0 >= 2"), "property_tree").word, "accepted")
        for witness in ("0 0 0", "0 -1 1/4", "0 1 2", "1 1 1/2", "0 1"):
            self.assertEqual(run(with_line("property_witness", "witness", witness), "property_witness").word, "rejected")

    def test_properties_speak_of_every_point(self):
        """y = H(x) is 1 at x = 0, the end of the box: not almost everywhere, but there."""
        network = (
            b'{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": '
            b'[{"activation": "heaviside", "weights": [["1"]], "bias": ["0"]}]}'
        )
        certificate = read("property_tree").decode()
        digest = check(certificate.encode(), network).reason.split()[-1]
        certificate = re.sub(r"sha256:\w+", digest, certificate)
        certificate = certificate.replace("inputs X_0 X_1", "inputs X_0").replace("box -1 1 0 1/2", "box -1 0")
        certificate = re.sub(r"(?s)tree.*end", "tree 1\nn\nend", certificate)
        for unsafe, word in (("Y_0 > 1/2", "rejected"), ("Y_0 > 1/2 and X_0 < 0", "undecided"), ("Y_0 > 1", "accepted")):
            changed = re.sub(r"(?m)^unsafe .*$", f"unsafe {unsafe}", certificate)
            outcome = check(changed.encode(), network, 300)
            self.assertEqual(outcome.word, word, (unsafe, outcome.reason))

    def test_a_step_is_decided_but_for_sets_of_measure_zero(self):
        """sup of |H(x) - 0| over [-1, 0] is 0, and over [-1, 1] it is 1."""
        network = (
            b'{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": '
            b'[{"activation": "heaviside", "weights": [["3"]], "bias": ["-1"]}]}'
        )
        certificate = read("sup_steps").decode()
        digest = check(certificate.encode(), network).reason.split()[-1]
        certificate = re.sub(r"sha256:\w+", digest, certificate)
        certificate = re.sub(r"(?m)^target .*$", "target 0*x", certificate)
        certificate = re.sub(r"(?m)^witness .*\n", "", certificate)
        certificate = re.sub(r"(?m)^lower .*\nupper .*$", "lower 0\nupper 0", certificate)
        certificate = re.sub(r"(?s)tree.*end", "tree 1\nn\nend", certificate)
        for domain, word in (("-1 1/3", "accepted"), ("-1 1", "rejected"), ("1/3 1", "rejected")):
            changed = re.sub(r"(?m)^domain .*$", f"domain x {domain}", certificate)
            self.assertEqual(check(changed.encode(), network, 3000).word, word, domain)


    def test_a_value_at_one_point_is_no_lower_bound(self):
        """A softplus with threshold 0 of |x - 1/2| is ln 2 at 1/2, and |x - 1/2| everywhere else."""
        network = (
            b'{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": ['
            b'{"activation": "relu", "weights": [[1], [-1]], "bias": ["-1/2", "1/2"]},'
            b'{"activation": "softplus", "threshold": 0, "weights": [[1, 1]], "bias": [0]}]}'
        )
        certificate = read("sup_smooth").decode()
        digest = check(certificate.encode(), network).reason.split()[-1]
        certificate = re.sub(r"sha256:\w+", digest, certificate)
        certificate = re.sub(r"(?m)^target .*$", "target 0", certificate)
        certificate = re.sub(r"(?m)^domain .*$", "domain x 2/5 3/5", certificate)
        certificate = re.sub(r"(?m)^upper .*$", "upper 2", certificate)
        certificate = re.sub(r"(?s)tree.*end", "tree 1\nn\nend", certificate)
        for witness, lower, word in (("1/2 radius 0", "1/2", "undecided"), ("2/5 radius 0", "99/1000", "accepted"),
                                     ("2/5 radius 0", "1/9", "rejected")):
            changed = re.sub(r"(?m)^witness .*$", f"witness {witness}", certificate)
            changed = re.sub(r"(?m)^lower .*$", f"lower {lower}", changed)
            self.assertEqual(check(changed.encode(), network).word, word, (witness, lower))


    def test_what_has_no_value_proves_nothing(self):
        for region in ("sqrt(x) > 0 and x > 5", "ln(x) > 0 and x > 5", "x > 5 or 1/(x - 1/2) > 0"):
            changed = replaced("area_disk", "^target .*$", f"target {region}")
            changed = re.sub(rb"(?m)^lower .*\nupper .*$", b"lower 0\nupper 4", changed)
            self.assertNotEqual(run(changed, "area_disk", 1500).word, "accepted", region)
        for target in ("ln(x)", "0*ln(x)", "if(x > 5, ln(x), 0/(x - 1/7))", "(x - 1/2)^(1/3)", "x^-1", "asin(2*x)"):
            for name in ("sup_smooth", "l1_smooth"):
                changed = re.sub(rb"(?m)^upper .*$", b"upper 10000", with_line(name, "target", target))
                changed = re.sub(rb"(?m)^lower .*$", b"lower 0", changed)
                self.assertNotEqual(run(changed, name, 500).word, "accepted", target)
        # The error at the witness is on a set of measure zero: the target has no values around it.
        changed = with_line("sup_smooth", "target", "9 + 0*sqrt(x^2*(x - 1))")
        changed = re.sub(rb"(?m)^witness .*$", b"witness 0 radius 0", changed)
        changed = re.sub(rb"(?m)^upper .*$", b"upper none", changed)
        outcome = run(changed, "sup_smooth")
        self.assertEqual(outcome.word, "undecided")
        self.assertIn("undefined", outcome.reason)


class Malformed(unittest.TestCase):
    def assert_rejected(self, certificate, name="sup_smooth", reason="."):
        outcome = run(certificate, name)
        self.assertEqual(outcome.word, "rejected", (certificate[-300:], outcome.reason))
        self.assertRegex(outcome.reason, reason)

    def test_lines(self):
        good = read("sup_smooth")
        lines = good.split(b"\n")
        for place in range(len(lines) - 1):
            self.assert_rejected(b"\n".join(lines[:place] + lines[place + 1:]))
            if not lines[place].startswith(b"target"):
                self.assert_rejected(b"\n".join(lines[:place + 1] + lines[place:]))
        self.assert_rejected(good[:-1], reason="does not end")
        self.assert_rejected(good + b"\n", reason="after the end")
        self.assert_rejected(good + b"end\n", reason="after the end")
        self.assert_rejected(good.replace(b"\n", b"\r\n"), reason="carriage")
        self.assert_rejected(b"\xef\xbb\xbf" + good, reason="byte-order")
        self.assert_rejected(good.replace(b"claim sup", b"claim  sup"), reason="claim|empty|fields")
        self.assert_rejected(good.replace(b"claim sup", b"claim sup "))
        self.assert_rejected(b"")
        self.assert_rejected(b"\xff\n")
        for version in (b"1", b"3", b"2 "):
            self.assert_rejected(good.replace(b"certificate 2", b"certificate " + version))

    def test_words(self):
        for word, values in (
            ("claim", ["range", "above", "slope", "linf", "SUP", "property", "area"]),
            ("semantics", ["float32", "real real"]),
            ("weights", ["rounded"]),
            ("layer", ["top", "properties", "Fast"]),
            ("inputs", ["y", "x y", "x x", "1x", "exp", "e", "if", "x,"]),
            ("network", ["N sha256:00", "N", "a b sha256:00", "N sha256:" + "0" * 64, "N SHA256:" + "0" * 64]),
            ("domain", ["x 1 0", "x 0 0", "y 0 1", "x 0", "x 0 1 2", "x 0 .5", "x 0 1.", "x 0 one", "x 0 2^20000"]),
            ("lower", ["none", "1/0", "--1", "1e", "0^-1", "1e100001", "2^1000001", "1 2", "0x10", "1_000", "\u0661"]),
            ("upper", ["nothing", "+", "1/2/3", "1*2*3", "inf", "nan"]),
            ("witness", ["0", "0 radius", "0 radius -1", "5 radius 0", "0 0 radius 0", "0 radius 0 0"]),
            ("constant-radius", ["-1", "x", ""]),
            ("ranges", ["affine", ""]),
            ("tree", ["0", "-1", "1", "99", "007", "7.0"]),
            ("target", ["x +", "(x", "x)", "+x", "x^", "y", "x < 1 < 2 and", "sin x", "sin(x, x)", "min(x)", "if(x, 1, 2)",
                        "if(x < 1, 2)", "(x < 1) + 1", "not x", "x ! 1", "1 2", "x y", "2x", "x; x", "e2x", "1e10001",
                        "9" * 10001, "(" * 201 + "x" + ")" * 201, "-" * 201 + "x", "sqrt()", "x..1",
                        "x+" * 1001 + "x", "", " ", "x[0]", "1.2.3"]),
        ):
            for value in values:
                self.assert_rejected(with_line("sup_smooth", word, value))

    def test_good_formulas(self):
        for value in ("x^-2+0*x", "2^-x^2", "-x^2", ".5*x", "2.*x", "x**2", "x·2", "π*x", "2e3*x", "x - - x", "(x)^2^1",
                      "if(1/4<=x<2, x, 1)", "if(x≤1/3,x,1)", "if(not x<1 and x>2 or x≠3,x,1)", "2*e*x", "max(x,1,2)"):
            outcome = run(with_line("sup_smooth", "target", value), "sup_smooth", 5)
            self.assertNotRegex(str(outcome.reason), "line ", value)

    def test_reserved_lines(self):
        good = read("sup_smooth")
        self.assert_rejected(good.replace(b"\ntree", b"\nroot A-\ntree"), reason="reserved")
        self.assert_rejected(good.replace(b"\nsemantics", b"\nnetwork M sha256:" + b"0" * 64 + b"\nsemantics"),
                             reason="reserved")
        self.assert_rejected(replaced("sup_smooth", r"tree \d+\n.*\n", "tree 4\nl(1)\n"), reason="reserved")

    def test_trees(self):
        for tree in ("x", "An", "nn", "Ann n", "@A5;nn", "Bnn", "o", "h", "w", "z", "/1,0,0;ee", "e"):
            self.assert_rejected(replaced("sup_smooth", r"tree \d+\n.*\n", f"tree {len(tree)}\n{tree}\n"))
        for name, tree in (("area_disk", "l"), ("area_disk", "s"), ("l1_smooth", "m"), ("l1_smooth", "h"),
                           ("l1_smooth", "g"), ("l1_smooth", "o"), ("property_tree", "o"), ("property_tree", "e")):
            self.assert_rejected(replaced(name, r"tree \d+\n(.*\n)+end", f"tree 1\n{tree}\nend"), name)
        # The lines of a tree have exactly 100 characters.
        long = "A" * 60 + "n" * 61
        for lines, word in (([long[:100], long[100:]], "accepted"), ([long], "rejected"),
                            ([long[:60], long[60:]], "rejected"), ([long[:100], long[100:], ""], "rejected")):
            body = "\n".join(lines)
            changed = replaced("sup_smooth", r"tree \d+\n(.*\n)+end", f"tree {len(long)}\n{body}\nend").decode()
            changed = re.sub(r"(?m)^upper .*$", "upper 1000", changed)
            self.assertEqual(run(changed.encode(), "sup_smooth").word, word)

    def test_layers(self):
        self.assert_rejected(with_line("sup_functions", "layer", "core"), "sup_functions", "not in layer core")
        self.assert_rejected(with_line("l1_exact", "layer", "core"), "l1_exact", "not in layer core")
        self.assert_rejected(with_line("l1_smooth", "layer", "smooth"), "l1_smooth", "in layer smooth")
        self.assert_rejected(with_line("l1_misc", "layer", "integrals"), "l1_misc", "not in layer integrals")
        self.assertEqual(run(with_line("sup_portable", "layer", "fast"), "sup_portable").word, "accepted")

    def test_witness_of_radius_0_where_something_jumps(self):
        changed = re.sub(rb"(?m)^(witness .*) radius .*$", rb"\1 radius 0", read("sup_steps"))
        self.assert_rejected(changed, "sup_steps", "jump")

    def test_random_damage_is_never_accepted_as_a_stronger_claim(self):
        draw = random.Random(17)
        for name in ERRORS + ["property_tree", "property_witness"]:
            good = read(name)
            truth = read_certificate(good)
            for _ in range(25):
                data = bytearray(good)
                for _ in range(draw.randint(1, 2)):
                    place = draw.randrange(len(data))
                    kind = draw.randrange(3)
                    if kind == 0:
                        data[place] = draw.choice(good)
                    elif kind == 1:
                        del data[place]
                    else:
                        data.insert(place, draw.choice(good))
                outcome = run(bytes(data), name, 300)
                self.assertNotIn("internal", str(outcome.reason))
                if outcome.word == "accepted" and name in ERRORS:
                    found = outcome.certificate
                    if (found.target_texts, found.domain, found.claim) == (truth.target_texts, truth.domain, truth.claim):
                        self.assertLessEqual(found.lower, truth.upper)
                        self.assertTrue(found.upper is None or found.upper >= truth.lower)


class Program(unittest.TestCase):
    def say(self, *arguments):
        with redirect_stdout(io.StringIO()) as said:
            code = main(list(arguments))
        return code, said.getvalue()

    def test_directories_and_files(self):
        one, two = os.path.join(DATA, "sup_smooth"), os.path.join(DATA, "area_disk")
        code, said = self.say(one, two)
        self.assertEqual((code, said.count("accepted")), (0, 2))
        self.assertIn("<= ess sup |N - f| <=", said)
        certificate = os.path.join(one, "certificate.steeple")
        self.assertEqual(self.say(certificate, "--network", os.path.join(one, "network.json"))[0], 0)
        code, said = self.say(certificate, "--network", os.path.join(two, "network.json"))
        self.assertEqual(code, 1)
        self.assertIn("rejected: the certificate is about another network", said)
        code, said = self.say(os.path.join(DATA, "nothing"))
        self.assertEqual(code, 1)

    def test_a_sample_is_no_proof(self):
        code, said = self.say("--sample", "2", os.path.join(DATA, "sup_portable"))
        self.assertEqual(code, 0)
        self.assertIn("sample", said)
        self.assertNotIn("accepted", said)

    def test_batch(self):
        path = os.path.join(DATA, "..", "batch.tmp")
        one, two = os.path.join(DATA, "sup_smooth"), os.path.join(DATA, "area_disk")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{one}/certificate.steeple\t{one}/network.json\n{one}/certificate.steeple\t{two}/network.json\n")
            file.write("nothing\tnowhere\nno tab\n")
        try:
            code, said = self.say("--batch", path, "--max-cells", "1000")
        finally:
            os.remove(path)
        self.assertEqual(code, 1)
        self.assertEqual([line.split("\t")[0] for line in said.splitlines()], ["accepted"] + ["rejected"] * 3)

    def test_the_limit_of_work(self):
        self.assertEqual(run(read("area_disk"), "area_disk", 5).word, "undecided")
