//! What becomes of files: inputs are never overwritten, outputs are whole or not there, links and pipes
//! are what they were, runs at the same time keep out of each other's way, and nothing stays behind.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_steeple");

const SPEC: &str = r#"[target]
formula = "x^2"
domain = { x = ["0", "1"] }

[network]
builder = "interpolant"
cells = 4

[claim]
norm = "sup"

[compare]
hidden = [[2]]
activation = ["tanh"]
restarts = 1
steps = 3
data = "points.csv"
"#;

const POINTS: &str = "x,value\n0,0\n0.25,0.0625\n0.5,0.25\n1,1\n";

const NETWORK: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
 {"activation": "relu", "weights": [["1"], ["1"]], "bias": ["0", "-1/2"]},
 {"activation": "identity", "weights": [["1/2", "1"]], "bias": ["0"]}]}
"#;

/// A search that takes hours.
const LONG: &str = r#"[target]
formula = "sin(3*x)*cos(2*y)"
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "quadrants"
activation = "sigmoid"
cells = 16

[claim]
norm = "l1"
gap = "1/1000000000"
"#;

const PROPERTY: &str = "(declare-const X_0 Real) (declare-const Y_0 Real)
(assert (>= X_0 0.0)) (assert (<= X_0 1.0)) (assert (>= Y_0 2.0))\n";

/// How long any run may take: a run that never ends is a failure, and fails here.
const PATIENCE: Duration = Duration::from_secs(240);

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        let scratch = Self(tempfile::tempdir().expect("a directory"));
        scratch.write("spec.toml", SPEC);
        scratch.write("points.csv", POINTS);
        scratch.write("n.json", NETWORK);
        scratch.write("p.vnnlib", PROPERTY);
        scratch
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.at(name), text).expect("written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).expect("a text")
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .current_dir(self.0.path())
            .args(arguments.split_whitespace())
            .stdin(Stdio::null());
        command
    }

    fn start(&self, arguments: &str) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it starts")
    }

    fn run(&self, arguments: &str) -> Run {
        ended(self.start(arguments))
    }

    /// Runs a line of the shell, in which `$0` is the program.
    fn shell(&self, line: &str) -> Run {
        let mut command = Command::new("sh");
        command
            .current_dir(self.0.path())
            .args(["-c", line, PROGRAM])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        ended(command.spawn().expect("a shell"))
    }

    fn fifo(&self, name: &str) {
        let made = Command::new("mkfifo").arg(self.at(name)).status();
        assert!(made.expect("mkfifo").success());
    }

    /// The names in a directory, hidden ones as well.
    fn names(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.at(directory)).expect("a directory");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.into_string().expect("text"))
            .collect();
        names.sort();
        names
    }

    fn hidden(&self, directory: &str) -> Vec<String> {
        let names = self.names(directory);
        names.into_iter().filter(|n| n.starts_with('.')).collect()
    }
}

#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn is_fine(&self) -> &Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    fn is_refused(&self, words: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "expected {word:?} in {}", self.err);
        }
    }
}

fn waited(child: &mut Child) -> ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn ended(mut child: Child) -> Run {
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    let read = |stream: Option<&mut dyn Read>| {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            stream.read_to_end(&mut bytes).expect("read");
        }
        String::from_utf8(bytes).expect("text")
    };
    std::thread::scope(|scope| {
        let out = scope.spawn(move || read(out.as_mut().map(|out| out as &mut dyn Read)));
        let err = scope.spawn(move || read(err.as_mut().map(|err| err as &mut dyn Read)));
        let status = waited(&mut child);
        Run {
            code: status.code().unwrap_or(-1),
            out: out.join().expect("read"),
            err: err.join().expect("read"),
        }
    })
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(sent.expect("kill").success());
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).expect("there").ino()
}

#[test]
fn no_input_is_overwritten_by_name_or_through_links() {
    let scratch = Scratch::new();
    scratch
        .run("verify n.json --spec spec.toml --certificate c.steeple")
        .is_fine();
    scratch.run("build spec.toml --out out").is_fine();
    scratch.run("convert n.json w.safetensors").is_fine();
    scratch.write("w.json", r#"{"activations": ["relu", "identity"]}"#);
    fs::create_dir(scratch.at("deep")).expect("made");
    for (name, of) in [
        ("n.json", "n"),
        ("spec.toml", "s"),
        ("points.csv", "d"),
        ("p.vnnlib", "p"),
        ("c.steeple", "c"),
    ] {
        for ending in ["json", "svg", "vnnlib"] {
            symlink(name, scratch.at(&format!("{of}-link.{ending}"))).expect("linked");
            let chain = format!("{of}-chain.{ending}");
            symlink(
                format!("../{of}-link.{ending}"),
                scratch.at("deep").join(&chain),
            )
            .expect("linked");
            fs::hard_link(scratch.at(name), scratch.at(&format!("{of}-hard.{ending}")))
                .expect("linked");
        }
    }
    // A spec by the name of a picture, in the directory that is to be written.
    fs::hard_link(scratch.at("spec.toml"), scratch.at("out/mine.svg")).expect("linked");
    fs::create_dir(scratch.at("frames")).expect("made");
    symlink("../points.csv", scratch.at("frames/frame00.svg")).expect("linked");
    fs::create_dir(scratch.at("table")).expect("made");
    fs::copy(scratch.at("n.json"), scratch.at("table/n.json")).expect("copied");
    let before: Vec<(PathBuf, Vec<u8>)> = scratch
        .names(".")
        .into_iter()
        .map(|name| scratch.at(&name))
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).expect("read")))
        .collect();
    for (arguments, input) in [
        (
            "verify n.json --spec spec.toml --certificate n.json",
            "n.json",
        ),
        (
            "verify n.json --spec spec.toml --certificate ./deep/../n.json",
            "n.json",
        ),
        (
            "verify n.json --spec spec.toml --certificate n-link.json",
            "n.json",
        ),
        (
            "verify n.json --spec spec.toml --certificate n-hard.json",
            "n.json",
        ),
        (
            "verify n-link.json --spec spec.toml --certificate n.json",
            "n-link.json",
        ),
        (
            "verify n-hard.json --spec spec.toml --certificate n.json",
            "n-hard.json",
        ),
        (
            "verify n.json --spec spec.toml --certificate spec.toml",
            "spec.toml",
        ),
        (
            "verify n.json --spec spec.toml --certificate deep/s-chain.svg",
            "spec.toml",
        ),
        (
            "verify n.json --property p.vnnlib --certificate p.vnnlib",
            "p.vnnlib",
        ),
        (
            "verify n.json --property p.vnnlib --certificate p-hard.json",
            "p.vnnlib",
        ),
        (
            "verify n.json --property p.vnnlib --certificate n.json",
            "n.json",
        ),
        ("draw diagram n-link.svg --out n-link.svg", "n-link.svg"),
        ("draw diagram n.json --out n-hard.svg", "n.json"),
        (
            "draw curve n.json --spec spec.toml --out s-link.svg",
            "spec.toml",
        ),
        (
            "draw curve n.json --certificate c.steeple --out deep/c-chain.svg",
            "c.steeple",
        ),
        (
            "draw convergence n.json --spec spec.toml --out s-hard.svg",
            "spec.toml",
        ),
        ("convert n.json n.json", "n.json"),
        ("convert n.json n-link.json", "n.json"),
        ("convert w.safetensors w.safetensors", "w.safetensors"),
        ("convert w.safetensors w.json", "w.json"),
        ("convert spec.toml s-hard.vnnlib", "spec.toml"),
        ("regions n.json --domain x=0..1 --export n.json", "n.json"),
        ("regions n.json --domain x=0..1 --draw n-hard.svg", "n.json"),
        ("train spec.toml --out s-link.json", "spec.toml"),
        ("train spec.toml --out d-link.json", "points.csv"),
        ("train spec.toml --from n.json --out n-hard.json", "n.json"),
        ("train spec.toml --frames frames", "points.csv"),
        ("build spec.toml --out out", "spec.toml"),
        ("compare spec.toml --out out", "spec.toml"),
        ("compare spec.toml table/n.json --out table", "table/n.json"),
    ] {
        scratch
            .run(arguments)
            .is_refused(&["would overwrite", "which is read", input]);
    }
    for (path, bytes) in before {
        assert!(fs::read(&path).expect("there") == bytes, "{path:?}");
    }
    // Two outputs that are one file.
    scratch
        .run("regions n.json --domain x=0..1 --export new.svg --draw ./new.svg")
        .is_refused(&["--draw and --export are the same file"]);
    symlink("new.svg", scratch.at("dangling.json")).expect("linked");
    scratch
        .run("regions n.json --domain x=0..1 --export dangling.json --draw new.svg")
        .is_refused(&["are the same file"]);
    scratch
        .run("train spec.toml --out t.json --frames t.json")
        .is_refused(&["--out and --frames are the same file"]);
    scratch
        .shell("\"$0\" verify n.json --spec spec.toml --certificate new > new")
        .is_refused(&["--certificate and standard output are the same file"]);
    // To go on in place is safe: the old certificate was read as a whole.
    scratch
        .run("verify n.json --spec spec.toml --resume c.steeple --certificate c.steeple")
        .is_fine();
    // A network of ours beside exact weights is not read with them.
    scratch.write("w.json", NETWORK);
    scratch.run("convert w.safetensors w.json").is_fine();
    assert!(scratch.hidden(".").is_empty());
}

#[test]
fn links_stay_and_what_they_lead_to_is_replaced() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.at("deep")).expect("made");
    symlink("deep/second", scratch.at("first")).expect("linked");
    symlink("target", scratch.at("deep/second")).expect("linked");
    let verify = "verify n.json --spec spec.toml --certificate first";
    // Dangling: the target is made.
    scratch.run(verify).is_fine();
    let certificate = scratch.read("deep/target");
    assert!(certificate.starts_with("steeple certificate"));
    scratch.write("deep/target", "old");
    let mode = fs::Permissions::from_mode(0o640);
    fs::set_permissions(scratch.at("deep/target"), mode).expect("set");
    let old = inode(&scratch.at("deep/target"));
    scratch.run(verify).is_fine();
    assert_eq!(scratch.read("deep/target"), certificate);
    assert_ne!(inode(&scratch.at("deep/target")), old, "whole at once");
    let found = fs::metadata(scratch.at("deep/target")).expect("there");
    assert_eq!(found.permissions().mode() & 0o777, 0o640);
    for link in ["first", "deep/second"] {
        assert!(
            fs::symlink_metadata(scratch.at(link))
                .expect("there")
                .is_symlink()
        );
    }
    // In the directory of a build as well.
    scratch.run("build spec.toml --out out").is_fine();
    let files = scratch.names("out");
    let network = scratch.read("out/network.json");
    fs::remove_file(scratch.at("out/network.json")).expect("removed");
    scratch.write("deep/network", "old");
    symlink("../deep/network", scratch.at("out/network.json")).expect("linked");
    scratch.run("build spec.toml --out out").is_fine();
    assert_eq!(scratch.read("deep/network"), network);
    assert!(
        fs::symlink_metadata(scratch.at("out/network.json"))
            .expect("there")
            .is_symlink()
    );
    assert_eq!(scratch.names("out"), files);
    // A link to the directory.
    symlink("deep/results", scratch.at("results")).expect("linked");
    scratch.run("build spec.toml --out results").is_fine();
    assert_eq!(scratch.names("deep/results"), files);
    assert!(scratch.hidden("deep").is_empty());
}

#[test]
fn pipes_are_written_into_and_stay_pipes() {
    let scratch = Scratch::new();
    for (arguments, beginning) in [
        (
            "verify n.json --spec spec.toml --certificate pipe.svg",
            "steeple certificate",
        ),
        (
            "verify n.json --property p.vnnlib --certificate pipe.svg",
            "steeple certificate 2\nclaim property",
        ),
        ("draw diagram n.json --out pipe.svg", "<svg"),
        ("regions n.json --domain x=0..1 --export pipe.svg", "{"),
    ] {
        scratch.fifo("pipe.svg");
        let reader = Command::new("cat")
            .arg(scratch.at("pipe.svg"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("a reader");
        scratch.run(arguments).is_fine();
        let read = ended(reader).out;
        assert!(read.starts_with(beginning), "{arguments}: {read}");
        let found = fs::symlink_metadata(scratch.at("pipe.svg")).expect("there");
        assert!(found.file_type().is_fifo(), "{arguments}");
        fs::remove_file(scratch.at("pipe.svg")).expect("removed");
    }
    // Certificates and networks are read from pipes.
    let run = scratch.shell(
        "mkfifo c && { \"$0\" verify n.json --spec spec.toml --certificate c > verdict & \
         cat n.json | \"$0\" check c --network /dev/stdin; }",
    );
    assert!(run.is_fine().out.starts_with("accepted"), "{run:?}");
    assert!(scratch.hidden(".").is_empty());
}

#[test]
fn a_file_that_cannot_be_finished_leaves_the_old_one() {
    let scratch = Scratch::new();
    scratch.write("big.json", "old");
    // A limit on the size of files stands for a disk that is full.
    let run = scratch.shell(
        "trap '' XFSZ; ulimit -f 1; exec \"$0\" draw curve n.json --spec spec.toml --out big.svg",
    );
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("big.svg"), "{run:?}");
    assert!(!scratch.at("big.svg").exists());
    let run = scratch.shell("trap '' XFSZ; ulimit -f 1; exec \"$0\" build spec.toml --out out");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(!scratch.at("out").exists());
    assert!(scratch.hidden(".").is_empty(), "{:?}", scratch.names("."));
}

#[test]
fn outputs_without_a_place_are_refused_before_the_search() {
    let scratch = Scratch::new();
    scratch.write("long.toml", LONG);
    fs::create_dir(scratch.at("directory")).expect("made");
    symlink("circle", scratch.at("circle")).expect("linked");
    for (arguments, words) in [
        (
            "verify n.json --spec spec.toml --certificate no/c",
            "there is no directory no",
        ),
        (
            "verify n.json --spec spec.toml --certificate directory",
            "is a directory",
        ),
        (
            "verify n.json --spec spec.toml --certificate circle",
            "circle",
        ),
        (
            "verify n.json --spec spec.toml --certificate n.json/c",
            "there is no directory n.json",
        ),
        (
            "regions n.json --domain x=0..1 --export -",
            "standard output",
        ),
        ("build long.toml --out no/out", "there is no directory no"),
        ("compare long.toml --out no/out", "there is no directory no"),
        ("build long.toml --out n.json", "is not a directory"),
        ("build long.toml --out circle", "circle"),
    ] {
        scratch.run(arguments).is_refused(&[words]);
    }
    assert!(scratch.hidden(".").is_empty());
}

#[test]
fn two_builds_at_the_same_time_never_mix() {
    let scratch = Scratch::new();
    for cells in ["4", "5"] {
        let text = SPEC.replace("cells = 4", &format!("cells = {cells}"));
        scratch.write(&format!("{cells}.toml"), text);
    }
    let mut both = 0;
    for round in 0..10 {
        // New directories, and one that is there.
        let out = if round % 2 == 0 {
            format!("out{round}")
        } else {
            "out".into()
        };
        let runs = ["4", "5"].map(|n| scratch.start(&format!("build {n}.toml --out {out}")));
        let runs = runs.map(ended);
        for run in &runs {
            if run.code != 0 {
                run.is_refused(&["another steeple is writing to this directory"]);
            }
        }
        let done = runs.iter().filter(|run| run.code == 0).count();
        assert!(done > 0, "{runs:?}");
        both += done - 1;
        let check = format!("check {out}/certificate.steeple --network {out}/network.json");
        scratch.run(&check).is_fine();
        let digest = scratch.read(&format!("{out}/certificate.steeple"));
        let digest = digest
            .lines()
            .nth(2)
            .expect("a line")
            .replace("network N ", "");
        for report in ["report.json", "report.md", "report.html"] {
            let text = scratch.read(&format!("{out}/{report}"));
            assert!(text.contains(&digest), "{report} is of another network");
        }
        assert!(scratch.hidden(&out).is_empty());
    }
    assert!(both < 10, "no two builds were at the same time");
    assert!(scratch.hidden(".").is_empty());
}

/// A build that has its results and waits for somebody to read one of them from a pipe.
fn waiting_build(scratch: &Scratch) -> Child {
    fs::create_dir(scratch.at("out")).expect("made");
    scratch.fifo("out/report.md");
    let child = scratch.start("build spec.toml --out out");
    until("there are results", || {
        scratch.hidden("out").iter().any(|name| {
            let results = format!("out/{name}/results/report.json");
            scratch.at(&results).exists()
        })
    });
    child
}

#[test]
fn a_second_run_is_refused_and_a_killed_one_is_swept_up() {
    let scratch = Scratch::new();
    let mut first = waiting_build(&scratch);
    let busy = "another steeple is writing to this directory";
    scratch.run("build spec.toml --out out").is_refused(&[busy]);
    scratch
        .run("build spec.toml --out ./out/")
        .is_refused(&[busy]);
    scratch
        .run("compare spec.toml --out out")
        .is_refused(&[busy]);
    scratch
        .run("train spec.toml --frames out")
        .is_refused(&[busy]);
    // A single file in the same directory is no business of the lock, and sweeps up nothing that lives.
    scratch
        .run("verify n.json --spec spec.toml --certificate out/other")
        .is_fine();
    assert_eq!(scratch.hidden("out").len(), 2);
    first.kill().expect("killed");
    waited(&mut first);
    let left = scratch.hidden("out");
    assert_eq!(left.len(), 2, "a temporary directory and a lock: {left:?}");
    // What looks alike stays.
    fs::create_dir(scratch.at("out/.steeple-backup")).expect("made");
    scratch.write("out/.steeple-notes.lock", "mine");
    fs::remove_file(scratch.at("out/report.md")).expect("removed");
    scratch.run("build spec.toml --out out").is_fine();
    assert_eq!(
        scratch.hidden("out"),
        [".steeple-backup", ".steeple-notes.lock"]
    );
}

#[test]
fn a_killed_run_into_a_new_directory_is_swept_up_by_the_next_one() {
    let scratch = Scratch::new();
    scratch.write("long.toml", LONG);
    let mut child = scratch.start("build long.toml --out new --threads 1");
    until("there is a network", || network_of(&scratch, "."));
    let live = scratch.hidden(".");
    // One that lives stays.
    scratch.run("build spec.toml --out other").is_fine();
    assert_eq!(scratch.hidden("."), live);
    child.kill().expect("killed");
    waited(&mut child);
    assert!(!scratch.at("new").exists());
    assert_eq!(scratch.hidden("."), live);
    scratch
        .run("verify n.json --spec spec.toml --certificate c.steeple")
        .is_fine();
    assert!(scratch.hidden(".").is_empty());
}

/// Is a build in this directory so far that it has written its network?
fn network_of(scratch: &Scratch, directory: &str) -> bool {
    scratch.hidden(directory).iter().any(|name| {
        let network = format!("{directory}/{name}/results/network.json");
        scratch.at(&network).exists()
    })
}

#[test]
fn sigterm_ends_a_search_with_what_is_known() {
    for name in ["TERM", "INT"] {
        let scratch = Scratch::new();
        scratch.write("long.toml", LONG);
        let child = scratch.start("build long.toml --out out --threads 1");
        until("there is a network", || network_of(&scratch, "."));
        signal(&child, name);
        let run = ended(child);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.out.starts_with("undecided"), "{run:?}");
        assert!(run.err.contains("stopping with what is known"), "{run:?}");
        scratch
            .run("check out/certificate.steeple --network out/network.json")
            .is_fine();
        assert!(scratch.hidden(".").is_empty());
    }
}

#[test]
fn a_second_signal_ends_everything_and_leaves_nothing_half_written() {
    for (name, code) in [("TERM", 143), ("INT", 130)] {
        let scratch = Scratch::new();
        let child = waiting_build(&scratch);
        signal(&child, name);
        // The first one has been taken when it is told.
        let mut child = child;
        let err = child.stderr.as_mut().expect("a pipe");
        let mut lines = BufReader::new(err).lines();
        assert!(lines.any(|line| line.expect("text").contains("stopping with what is known")));
        signal(&child, name);
        let run = ended(child);
        assert_eq!(run.code, code, "{run:?}");
        assert_eq!(scratch.names("out"), ["report.md"], "the pipe alone");
        fs::remove_file(scratch.at("out/report.md")).expect("removed");
        scratch.run("build spec.toml --out out").is_fine();
        assert!(scratch.hidden("out").is_empty());
    }
}

#[test]
fn results_of_an_earlier_run_are_told_and_do_not_stay() {
    let scratch = Scratch::new();
    let run = scratch.run("build spec.toml --out out");
    assert!(!run.is_fine().err.contains("already"), "{run:?}");
    let first = scratch.names("out");
    assert!(first.contains(&"curve.svg".to_string()), "{first:?}");
    scratch.write("out/notes.txt", "mine");
    scratch.write("out/photo.svg", "mine");
    scratch.write("out/mine.json", "mine");
    // Of two inputs there are other pictures, and weights this steep have no float32.
    let plane = LONG
        .replace("cells = 16", "cells = 2\nsteepness = \"2^200\"")
        .replace("norm = \"l1\"", "norm = \"sup\"")
        .replace("gap = \"1/1000000000\"", "tolerance = 10");
    scratch.write("plane.toml", plane);
    let run = scratch.run("build plane.toml --out out --max-boxes 50");
    assert_ne!(run.code, 2, "{run:?}");
    assert!(run.err.contains("network.onnx is not written"), "{run:?}");
    let note = run.err.find("out: this directory holds results already");
    let note = &run.err[note.expect("a note")..];
    for name in ["network.json", "network.onnx", "curve.svg", "report.json"] {
        assert!(note.contains(name), "{name} in {note}");
    }
    for mine in ["notes.txt", "photo.svg", "mine.json"] {
        assert!(!note.contains(mine));
        assert_eq!(scratch.read(&format!("out/{mine}")), "mine");
    }
    let names = scratch.names("out");
    for old in ["network.onnx", "curve.svg"] {
        assert!(!names.contains(&old.to_string()), "{old} in {names:?}");
    }
    // The networks of a comparison go as well, and its own reports are not those of a build.
    scratch.run("compare spec.toml --out table");
    let rows: Vec<String> = scratch.names("table");
    assert!(rows.contains(&"interpolant.json".to_string()), "{rows:?}");
    scratch.write("table/mine.json", NETWORK);
    scratch.run("build spec.toml --out table").is_fine();
    let mut expected = first.clone();
    expected.push("mine.json".into());
    expected.sort();
    assert_eq!(scratch.names("table"), expected);
}

#[test]
fn frames_take_the_place_of_older_frames() {
    let scratch = Scratch::new();
    scratch.run("train spec.toml --frames a/b/frames").is_fine();
    let frames = scratch.names("a/b/frames");
    assert!(frames.len() > 1, "{frames:?}");
    fs::copy(
        scratch.at(&format!("a/b/frames/{}", frames[0])),
        scratch.at("a/b/frames/frame77.svg"),
    )
    .expect("copied");
    scratch.write("a/b/frames/frame88.svg", "mine");
    let run = scratch.run("train spec.toml --frames a/b/frames");
    assert!(run.is_fine().err.contains("frame77.svg"), "{run:?}");
    let mut expected = frames;
    expected.push("frame88.svg".into());
    expected.sort();
    assert_eq!(scratch.names("a/b/frames"), expected);
}

#[test]
fn a_result_for_nobody_is_told() {
    let scratch = Scratch::new();
    let verify = "verify n.json --spec spec.toml";
    for line in [
        format!("exec \"$0\" {verify} >&-"),
        format!("exec \"$0\" {verify} --format json >&- <&-"),
        "exec \"$0\" eval n.json --at x=1 >&-".into(),
        "exec \"$0\" build spec.toml --out never >&-".into(),
        "exec \"$0\" catalogue >&-".into(),
        "exec \"$0\" --help >&-".into(),
    ] {
        let run = scratch.shell(&line);
        assert_eq!(run.code, 2, "{line}: {run:?}");
        assert!(run.err.contains("standard output is closed"), "{run:?}");
    }
    assert!(!scratch.at("never").exists());
    for command in [verify, "catalogue", "--help", "--version"] {
        let run = scratch.shell(&format!("exec \"$0\" {command} > /dev/full"));
        assert_eq!(run.code, 2, "{command}: {run:?}");
        assert!(
            run.err.contains("standard output: No space left"),
            "{run:?}"
        );
    }
    // Who throws a result away wants that: a shell opens for writing, other programs for both.
    for null in ["> /dev/null", "1<> /dev/null"] {
        scratch
            .shell(&format!("exec \"$0\" {verify} {null}"))
            .is_fine();
    }
    // A reader who left: of a list that is usual, of a result it is told.
    for (command, code) in [(verify, 2), ("catalogue", 0), ("--help", 0)] {
        let mut child = scratch.start(command);
        drop(child.stdout.take());
        let run = ended(child);
        assert_eq!(run.code, code, "{command}: {run:?}");
        assert_eq!(run.err.contains("nobody reads it"), code == 2, "{run:?}");
    }
}

#[test]
fn a_certificate_alone_goes_to_standard_output() {
    let scratch = Scratch::new();
    for (question, beginning, verdict) in [
        ("--spec spec.toml", "steeple certificate", "enclosed"),
        (
            "--property p.vnnlib",
            "steeple certificate 2\nclaim property",
            "proved",
        ),
    ] {
        let run = scratch.run(&format!("verify n.json {question} --certificate -"));
        assert!(run.is_fine().out.starts_with(beginning), "{run:?}");
        assert!(run.err.contains(verdict), "{run:?}");
        scratch.write("c.steeple", &run.out);
        scratch.run("check c.steeple --network n.json").is_fine();
        let run = scratch.run(&format!("verify n.json {question} --certificate file"));
        assert_eq!(scratch.read("file"), scratch.read("c.steeple"));
        assert!(run.is_fine().out.contains(verdict), "{run:?}");
        let both = format!("verify n.json {question} --certificate - --format json");
        let run = scratch.run(&both);
        let why = "--certificate - and --format json both write to standard output";
        // A program that wants JSON gets the error as an object.
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains(why) && run.out.contains(why), "{run:?}");
    }
    assert!(!scratch.at("-").exists());
}

#[test]
fn endless_input_ends_soon() {
    let scratch = Scratch::new();
    scratch
        .run("verify n.json --spec spec.toml --certificate c.steeple")
        .is_fine();
    for name in ["z.onnx", "z.onnx.gz", "z.safetensors"] {
        symlink("/dev/zero", scratch.at(name)).expect("linked");
    }
    let data = SPEC.replace("points.csv", "/dev/zero");
    scratch.write("data.toml", data);
    for (arguments, code, words) in [
        ("check /dev/zero --network n.json", 1, "not a certificate"),
        (
            "check c.steeple --network /dev/zero",
            2,
            "/dev/zero: this is a binary file",
        ),
        (
            "eval /dev/zero --at x=1",
            2,
            "/dev/zero: this is a binary file",
        ),
        ("eval z.onnx --at x=1", 2, "z.onnx"),
        ("eval z.onnx.gz --at x=1", 2, "z.onnx.gz"),
        ("eval z.safetensors --at x=1", 2, "z.safetensors"),
        ("build /dev/zero --out out", 2, "binary file"),
        ("verify n.json --spec /dev/zero", 2, "binary file"),
        ("verify n.json --property /dev/zero", 2, "binary file"),
        (
            "verify n.json --spec spec.toml --resume /dev/zero",
            2,
            "/dev/zero",
        ),
        ("train data.toml", 2, "binary file"),
        ("compare data.toml", 2, "binary file"),
    ] {
        // With 4 GB of memory, or it would be found too late.
        let line = format!("ulimit -v 4000000; exec \"$0\" {arguments}");
        let run = scratch.shell(&line);
        assert_eq!(run.code, code, "{arguments}: {run:?}");
        let said = format!("{}{}", run.out, run.err);
        assert!(said.contains(words), "{arguments}: {said}");
    }
    // Larger than a spec can be, while it is read.
    let run = scratch.shell("yes '# a comment' | \"$0\" build /dev/stdin --out out");
    run.is_refused(&["/dev/stdin", "larger than the limit of 16777216 bytes"]);
    let mut large = fs::File::create(scratch.at("large.toml")).expect("made");
    large.write_all(b"#").expect("written");
    large.set_len(1 << 40).expect("sparse");
    scratch
        .run("build large.toml --out out")
        .is_refused(&["large.toml", "larger than the limit of 16777216 bytes"]);
}
