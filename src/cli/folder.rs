//! A directory of results that appears when all is done.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::look::Look;
use super::{Refusal, note, outputs};
use crate::workflow::files::{
    self, DirectoryLock, Identity, Temporary, directory_of, end_of_links, keep_permissions,
    publishing,
};

/// Names in a note, at most.
const MOST_NAMED: usize = 12;

/// What a command writes to a directory.
#[derive(Clone, Copy)]
pub struct Contents {
    /// Files that it always writes, or nearly so.
    pub sure: &'static [&'static str],
    /// Can it write a file of this name?
    pub may_be: fn(&str) -> bool,
    /// The files in a directory that an earlier run of steeple wrote.
    pub left: fn(&Path) -> Vec<String>,
}

/// Does a name end in one of these? Some systems take capitals for the same.
pub fn has_ending(name: &str, endings: &[&str]) -> bool {
    let ending = Path::new(name).extension();
    endings
        .iter()
        .any(|known| ending.is_some_and(|ending| ending.eq_ignore_ascii_case(known)))
}

/// A directory under another name until it is complete. No other run can write to it meanwhile.
pub struct Folder {
    temporary: Temporary,
    out: PathBuf,
    shown: PathBuf,
    contents: Contents,
    lock: DirectoryLock,
    look: Look,
}

impl Folder {
    /// Makes a directory that will take this place. None of its files may be one that is read.
    pub fn beside(
        shown: &Path,
        contents: Contents,
        inputs: &[PathBuf],
        look: Look,
    ) -> Result<Self, Refusal> {
        let failed = |error: io::Error| cannot_be_written(shown, &error);
        let out = end_of_links(shown).map_err(failed)?;
        if out.exists() && !out.is_dir() {
            return Err(Refusal::in_file(
                shown,
                "this is there already, and is not a directory",
            ));
        }
        // Beside it, so that a rename is enough; in it, where it is there.
        let beside = directory_of(&out);
        let place = if out.is_dir() { &out } else { beside };
        outputs::is_there(place, shown)?;
        // Before anything is computed. What else there will be is looked at in the end.
        for name in contents.sure {
            refuse_folder(&out.join(name), &shown.join(name))?;
        }
        reads_nothing_of(&out, shown, contents, inputs)?;
        let lock = DirectoryLock::take(&out).map_err(failed)?;
        let Some(lock) = lock else {
            return Err(busy(shown));
        };
        // What was killed when the directory was not there yet is beside it.
        files::remove_abandoned(beside);
        let temporary = Temporary::within(place).map_err(failed)?;
        fs::create_dir(temporary.path().join("results")).map_err(failed)?;
        fs::create_dir(temporary.path().join("old")).map_err(failed)?;
        let folder = Self {
            temporary,
            out,
            shown: shown.to_path_buf(),
            contents,
            lock,
            look,
        };
        folder.tell_what_is_replaced();
        Ok(folder)
    }

    /// Says what is there already and will not be any more.
    fn tell_what_is_replaced(&self) {
        let mut names: BTreeSet<String> = (self.contents.left)(&self.out).into_iter().collect();
        for name in self.contents.sure {
            if fs::symlink_metadata(self.out.join(name)).is_ok() {
                names.insert((*name).to_string());
            }
        }
        let more = names.len().saturating_sub(MOST_NAMED);
        let mut list: Vec<String> = names.into_iter().take(MOST_NAMED).collect();
        if more > 0 {
            list.push(format!("{more} more"));
        }
        if !list.is_empty() {
            note(&format!(
                "{}: this directory holds results already, which are replaced or removed in the end: {}",
                self.shown.display(),
                list.join(", ")
            ));
        }
    }

    /// Where to write.
    pub fn path(&self) -> PathBuf {
        self.temporary.path().join("results")
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> Result<(), Refusal> {
        let path = self.path().join(name);
        fs::write(&path, text).map_err(|error| Refusal::in_file(&self.shown.join(name), error))
    }

    /// Writes a picture in the colours that were asked for; returns the name of its file.
    pub fn write_picture(&self, name: &str, svg: &str) -> Result<String, Refusal> {
        let name = format!("{name}.svg");
        self.write(&name, self.look.of(svg, Path::new(&name)))?;
        Ok(name)
    }

    /// Writes pictures; returns the names of their files.
    pub fn write_pictures(&self, pictures: &[(String, String)]) -> Result<Vec<String>, Refusal> {
        let mut names = Vec::new();
        for (name, svg) in pictures {
            names.push(self.write_picture(name, svg)?);
        }
        Ok(names)
    }

    /// Gives the files their places: all at once where the directory is new. Else the old results are
    /// taken away first, so that what is there is never of two runs.
    pub fn publish(mut self) -> Result<(), Refusal> {
        let failed = |error: io::Error| Refusal::in_file(&self.shown, error);
        if !self.out.exists() {
            let _publishing = publishing();
            match fs::rename(self.path(), &self.out) {
                Ok(()) => return Ok(()),
                // Someone else made it in between.
                Err(_) if self.out.is_dir() => {}
                Err(error) => return Err(failed(error)),
            }
        }
        if !self.lock.is_inside(&self.out) {
            let lock = DirectoryLock::take(&self.out).map_err(failed)?;
            self.lock = lock.ok_or_else(|| busy(&self.shown))?;
        }
        let mut names = BTreeSet::new();
        for file in fs::read_dir(self.path()).map_err(failed)? {
            let name = file.map_err(failed)?.file_name();
            names.insert(name.to_string_lossy().into_owned());
        }
        for name in &names {
            refuse_folder(&self.out.join(name), &self.shown.join(name))?;
        }
        let (linked, plain): (BTreeSet<String>, BTreeSet<String>) = names
            .into_iter()
            .partition(|name| is_no_plain_file(&self.out.join(name)));
        // Links stay, and pipes and devices take what is for them.
        for name in &linked {
            let text = fs::read(self.path().join(name)).map_err(failed)?;
            files::write_beside(&self.out.join(name), |out| out.write_all(&text))
                .map_err(|error| Refusal::in_file(&self.shown.join(name), error))?;
        }
        let left = (self.contents.left)(&self.out);
        let old = left
            .into_iter()
            .filter(|name| !linked.contains(name) && !is_no_plain_file(&self.out.join(name)));
        let old: BTreeSet<String> = old.chain(plain.iter().cloned()).collect();
        let mut moves: Vec<(PathBuf, PathBuf)> = Vec::new();
        for name in &old {
            let place = self.out.join(name);
            if place.exists() {
                keep_permissions(&self.path().join(name), &place);
                moves.push((place, self.temporary.path().join("old").join(name)));
            }
        }
        for name in &plain {
            moves.push((self.path().join(name), self.out.join(name)));
        }
        let _publishing = publishing();
        for (done, (from, to)) in moves.iter().enumerate() {
            if let Err(error) = fs::rename(from, to) {
                for (from, to) in moves[..done].iter().rev() {
                    let _ = fs::rename(to, from);
                }
                return Err(failed(error));
            }
        }
        Ok(())
    }
}

/// A link, a pipe, a device: anything but a file that can be replaced.
fn is_no_plain_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| !found.is_file())
}

fn busy(shown: &Path) -> Refusal {
    Refusal::in_file(shown, "another steeple is writing to this directory")
        .hint("wait until it is done, or choose another directory")
}

fn cannot_be_written(shown: &Path, error: &io::Error) -> Refusal {
    Refusal::in_file(
        shown,
        format_args!("cannot write to this directory: {}", error.kind()),
    )
}

/// A file cannot take the place of a directory.
fn refuse_folder(place: &Path, shown: &Path) -> Result<(), Refusal> {
    if place.is_dir() {
        return Err(Refusal::in_file(
            shown,
            "a directory of that name exists, where a result goes",
        )
        .hint("move it, or choose another --out"));
    }
    Ok(())
}

/// Refuses results that would overwrite what is read.
fn reads_nothing_of(
    out: &Path,
    shown: &Path,
    contents: Contents,
    inputs: &[PathBuf],
) -> Result<(), Refusal> {
    let Ok(entries) = fs::read_dir(out) else {
        return Ok(());
    };
    let read: Vec<(Identity, &PathBuf)> = inputs
        .iter()
        .filter_map(|input| Some((Identity::of(input)?, input)))
        .collect();
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !name.to_str().is_some_and(contents.may_be) {
            continue;
        }
        let Some(found) = Identity::of(&entry.path()) else {
            continue;
        };
        if let Some((_, input)) = read.iter().find(|(identity, _)| *identity == found) {
            return Err(outputs::overwrites(&shown.join(&name), "a result", input)
                .hint("choose another directory for the results"));
        }
    }
    Ok(())
}
