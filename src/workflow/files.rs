//! Writes files as a whole or not at all, and resolves output paths.
//!
//! A result is written to a temporary directory next to its place and renamed at the end. Pipes and
//! devices are written into. A link stays, and the file that it leads to is replaced.
//!
//! ```text
//! .steeple-XXXXXX/       next to the result, while it is being written
//!   lock                 locked by the run that made the directory
//!   ...                  the result, before it is renamed
//! .steeple-NAME.lock     locked by the run that writes the directory NAME
//! ```
//!
//! The system drops the locks of a run that is killed. A later run in the same place removes the
//! directories whose lock is free.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The name of an output file that means standard output.
pub const STANDARD_OUTPUT: &str = "-";

/// The first characters of the names of temporary files and directories.
const PREFIX: &str = ".steeple-";
/// The file in a temporary directory on which its run holds a lock.
const LOCK: &str = "lock";
/// Its text, which marks a directory as ours.
const LOCK_TEXT: &[u8] = b"steeple holds a lock on this file while it writes to this directory\n";
/// The last characters of the name of the lock of a result directory.
const LOCK_ENDING: &str = ".lock";
/// The longest chain of links; systems allow about 40.
const MOST_LINKS: usize = 40;
/// The largest number of retries for locks that vanish as soon as they are held.
const MOST_TRIES: usize = 100;

/// The temporary directories of this process, and the files of its locks.
static TEMPORARIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
/// Held while several files take their places.
static PUBLISHING: Mutex<()> = Mutex::new(());

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A mutex here guards a list of names or nothing, which is valid even if a thread panicked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the process from ending through [`before_the_end`] while it is held.
pub fn publishing() -> MutexGuard<'static, ()> {
    held(&PUBLISHING)
}

/// Waits until no files are being renamed, and removes temporary files. The process must end after this:
/// no more files can be written.
pub fn before_the_end() {
    let (files, temporaries) = (held(&PUBLISHING), held(&TEMPORARIES));
    for path in temporaries.iter() {
        let _ = fs::remove_dir_all(path).or_else(|_| fs::remove_file(path));
    }
    std::mem::forget((files, temporaries));
}

/// The directory that holds a file.
pub fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Returns the path at the end of a chain of links; it need not exist.
///
/// - Errors: the links form a circle.
pub fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut end = path.to_path_buf();
    for _ in 0..=MOST_LINKS {
        match fs::read_link(&end) {
            Ok(next) => end = directory_of(&end).join(next),
            Err(_) => return Ok(end),
        }
    }
    Err(io::Error::other("too many links lead to each other"))
}

/// What distinguishes a file from all others, under any name.
#[cfg(unix)]
#[allow(
    clippy::unnecessary_wraps,
    reason = "other systems do not number their files"
)]
fn identity(file: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// What a file is, apart from its names: two paths with the same identity are one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Device and inode.
    Number(u64, u64),
    /// The directory without links, and the name in it: the file is not there, or the system does not
    /// number its files.
    Path(PathBuf),
}

impl Identity {
    /// The identity of the file at the end of all links of a path.
    pub fn of(path: &Path) -> Option<Self> {
        if let Ok(found) = fs::metadata(path) {
            return match identity(&found) {
                Some((device, inode)) => Some(Self::Number(device, inode)),
                None => fs::canonicalize(path).ok().map(Self::Path),
            };
        }
        let end = end_of_links(path).ok()?;
        let directory = fs::canonicalize(directory_of(&end)).ok()?;
        Some(Self::Path(directory.join(end.file_name()?)))
    }

    /// The identity of standard output, where that goes to a regular file.
    #[cfg(unix)]
    pub fn of_standard_output() -> Option<Self> {
        use std::os::fd::AsFd;
        let copy = io::stdout().as_fd().try_clone_to_owned().ok()?;
        let found = File::from(copy).metadata().ok()?;
        let (device, inode) = identity(&found).filter(|_| found.is_file())?;
        Some(Self::Number(device, inode))
    }

    /// The identity of standard output, where that goes to a regular file.
    #[cfg(not(unix))]
    pub fn of_standard_output() -> Option<Self> {
        None
    }
}

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To standard output.
    Standard,
    /// Into what is there: a pipe, a device.
    Into(PathBuf),
    /// To this path, where it replaces a file if there is one; the path is not a link.
    Replacing(PathBuf),
}

impl Destination {
    /// Returns where an output of this name goes.
    ///
    /// - Errors: it is a directory; the links form a circle.
    pub fn of(path: &Path) -> io::Result<Self> {
        if path == Path::new(STANDARD_OUTPUT) {
            return Ok(Self::Standard);
        }
        let found = fs::metadata(path).ok();
        if found.as_ref().is_some_and(Metadata::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let end = end_of_links(path)?;
        let Some(found) = found else {
            return Ok(Self::Replacing(end));
        };
        // Links in /proc lead to files that may have no name any more.
        let is_at_the_end =
            fs::symlink_metadata(&end).is_ok_and(|end| identity(&end) == identity(&found));
        Ok(if found.is_file() && is_at_the_end {
            Self::Replacing(end)
        } else {
            Self::Into(path.to_path_buf())
        })
    }
}

/// A directory for unfinished files. It is removed when this is dropped; if the process is killed, a later
/// run in the same place removes it.
#[derive(Debug)]
pub struct Temporary {
    // Closed before the directory is removed.
    _lock: File,
    directory: Listed,
}

/// A directory that is listed while it exists.
#[derive(Debug)]
struct Listed(tempfile::TempDir);

impl Drop for Listed {
    fn drop(&mut self) {
        let mut list = held(&TEMPORARIES);
        let _ = fs::remove_dir_all(self.0.path());
        list.retain(|path| path != self.0.path());
    }
}

impl Temporary {
    /// Makes a directory in this one, and removes those of runs that were killed.
    ///
    /// - Errors: those of the file system.
    pub fn within(place: &Path) -> io::Result<Self> {
        remove_abandoned(place);
        let mut list = held(&TEMPORARIES);
        let directory = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(fs::canonicalize(place)?)?;
        list.push(directory.path().to_path_buf());
        drop(list);
        let directory = Listed(directory);
        // It gets its name only when it is locked, so nobody finds it free while this process lives.
        let early = directory.0.path().join("lock.new");
        let mut lock = File::create_new(&early)?;
        lock.write_all(LOCK_TEXT)?;
        // If files cannot be locked, no other run can find out either whether this run is alive.
        if lock.try_lock().is_ok() {
            fs::rename(&early, directory.0.path().join(LOCK))?;
        }
        Ok(Self {
            _lock: lock,
            directory,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.0.path()
    }
}

/// Removes the temporary directories that killed runs left in a directory.
pub fn remove_abandoned(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
            continue;
        };
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                if let Some(_lock) = free_lock(&path.join(LOCK)) {
                    let _ = fs::remove_dir_all(&path);
                }
            }
            Ok(kind)
                if kind.is_file()
                    && rest.ends_with(LOCK_ENDING)
                    && entry.metadata().is_ok_and(|file| file.len() == 0) =>
            {
                // Dropped at once, which removes it.
                let _ = DirectoryLock::take_file(path, false);
            }
            _ => {}
        }
    }
}

/// The lock of a temporary directory, if no run holds it.
fn free_lock(path: &Path) -> Option<File> {
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let mut lock = OpenOptions::new().read(true).write(true).open(path).ok()?;
    lock.try_lock().ok()?;
    let mut text = Vec::new();
    let most = u64::try_from(LOCK_TEXT.len()).ok()?.saturating_add(1);
    (&mut lock).take(most).read_to_end(&mut text).ok()?;
    (text == LOCK_TEXT).then_some(lock)
}

/// The lock by which only this run writes to a result directory.
#[derive(Debug)]
pub struct DirectoryLock {
    path: PathBuf,
    _file: File,
}

impl DirectoryLock {
    /// Takes the lock of a directory, which need not exist yet; `None` if another run has it.
    ///
    /// - Errors: those of the file system.
    pub fn take(directory: &Path) -> io::Result<Option<Self>> {
        let inside = || directory.join(format!("{PREFIX}{LOCK_ENDING}"));
        if directory.is_dir() {
            return Self::take_file(inside(), true);
        }
        let mut name = std::ffi::OsString::from(PREFIX);
        name.push(directory.file_name().unwrap_or_default());
        name.push(LOCK_ENDING);
        let lock = Self::take_file(directory_of(directory).join(name), true)?;
        if lock.is_some() && directory.is_dir() {
            // Another run finished in between; the next one will look inside.
            return Self::take_file(inside(), true);
        }
        Ok(lock)
    }

    /// Is this the lock in an existing directory, not the one next to a future directory?
    pub fn is_inside(&self, directory: &Path) -> bool {
        self.path.parent() == Some(directory)
    }

    fn take_file(path: PathBuf, create: bool) -> io::Result<Option<Self>> {
        for _ in 0..MOST_TRIES {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(create)
                .truncate(false)
                .open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                // Without locks in this file system, runs cannot know of each other.
                Err(TryLockError::Error(_)) => {}
            }
            // The run that had it may have removed the file in the meantime: then it locks nothing.
            let here = fs::symlink_metadata(&path);
            if here.is_ok_and(|here| {
                let locked = file.metadata();
                locked.is_ok_and(|locked| identity(&locked) == identity(&here))
            }) {
                if let Ok(path) = fs::canonicalize(&path) {
                    held(&TEMPORARIES).push(path);
                }
                return Ok(Some(Self { path, _file: file }));
            }
        }
        Ok(None)
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        let mut list = held(&TEMPORARIES);
        if let Ok(path) = fs::canonicalize(&self.path) {
            list.retain(|other| *other != path);
        }
        let _ = fs::remove_file(&self.path);
    }
}

/// Gives a new file the permissions and the owner of the one that it replaces, as far as that is
/// allowed.
pub fn keep_permissions(new: &Path, old: &Path) {
    let Ok(before) = fs::symlink_metadata(old) else {
        return;
    };
    if !before.is_file() {
        return;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        if let Ok(now) = fs::metadata(new)
            && (now.uid(), now.gid()) != (before.uid(), before.gid())
        {
            let _ = chown(new, Some(before.uid()), Some(before.gid()));
        }
        let mode = before.permissions().mode() & 0o777;
        let _ = fs::set_permissions(new, fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = new;
}

/// Writes a file through a temporary one next to it, which is renamed at the end: the file is complete or
/// absent. Pipes and devices are written into, links stay, `-` is standard output.
///
/// - Errors: those of the file system.
pub fn write_beside(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    fn all(
        out: impl Write,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        write(&mut out)?;
        out.flush()
    }
    match Destination::of(path)? {
        Destination::Standard => all(io::stdout().lock(), write),
        Destination::Into(path) => all(OpenOptions::new().write(true).open(path)?, write),
        Destination::Replacing(place) => {
            let temporary = Temporary::within(directory_of(&place))?;
            let whole = temporary.path().join("whole");
            all(File::create_new(&whole)?, write)?;
            keep_permissions(&whole, &place);
            let _publishing = publishing();
            fs::rename(&whole, &place)
        }
    }
}

/// Writes a file, reads it back and returns its bytes; for a pipe or a device, the bytes that were
/// written.
///
/// - Errors: those of the file system.
pub fn written_and_read_back(
    path: &Path,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    if matches!(Destination::of(path)?, Destination::Replacing(_)) {
        write_beside(path, write)?;
        return fs::read(path);
    }
    let mut bytes = Vec::new();
    write(&mut bytes)?;
    write_beside(path, |out| out.write_all(&bytes))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(place: &Path) -> Vec<String> {
        let entries = fs::read_dir(place).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names
            .map(|name| name.into_string().expect("text"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_that_cannot_be_finished_leaves_the_old_one() {
        let scratch = tempfile::tempdir().expect("a directory");
        let path = scratch.path().join("file");
        fs::write(&path, "old").expect("written");
        let failed = write_beside(&path, |out| {
            out.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(
            failed.expect_err("it failed").kind(),
            io::ErrorKind::StorageFull
        );
        assert_eq!(fs::read(&path).expect("there"), b"old");
        assert_eq!(names(scratch.path()), ["file"]);
    }

    #[test]
    fn one_run_at_a_time_has_the_lock_of_a_directory() {
        let scratch = tempfile::tempdir().expect("a directory");
        let out = scratch.path().join("out");
        let take = || DirectoryLock::take(&out).expect("a lock or none");
        let first = take().expect("free");
        assert!(!first.is_inside(&out) && take().is_none());
        fs::create_dir(&out).expect("made");
        let second = take().expect("another lock, in the directory");
        assert!(second.is_inside(&out) && take().is_none());
        drop((first, second));
        assert!(take().is_some());
        assert_eq!(names(scratch.path()), ["out"]);
        assert!(names(&out).is_empty());
    }

    #[test]
    fn directories_of_runs_that_go_on_or_of_others_stay() {
        let scratch = tempfile::tempdir().expect("a directory");
        let mine = Temporary::within(scratch.path()).expect("made");
        for name in [".steeple-abcdef", "other"] {
            fs::create_dir(scratch.path().join(name)).expect("made");
        }
        fs::write(scratch.path().join(".steeple-abcdef/lock"), "other").expect("written");
        let abandoned = scratch.path().join(".steeple-killed");
        fs::create_dir(&abandoned).expect("made");
        fs::write(abandoned.join(LOCK), LOCK_TEXT).expect("written");
        fs::write(abandoned.join("half"), "half").expect("written");
        fs::write(scratch.path().join(".steeple-out.lock"), "").expect("written");
        remove_abandoned(scratch.path());
        let name = mine.path().file_name().expect("a name").to_owned();
        let mut expected = [".steeple-abcdef", name.to_str().expect("text"), "other"];
        expected.sort_unstable();
        assert_eq!(names(scratch.path()), expected);
        drop(mine);
        assert_eq!(names(scratch.path()), [".steeple-abcdef", "other"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_one_file() {
        use std::os::unix::fs::symlink;
        let scratch = tempfile::tempdir().expect("a directory");
        let at = |name: &str| scratch.path().join(name);
        fs::create_dir(at("deep")).expect("made");
        fs::write(at("deep/file"), "a").expect("written");
        symlink("deep/file", at("one")).expect("linked");
        symlink("one", at("two")).expect("linked");
        symlink("nothing", at("dangling")).expect("linked");
        symlink("circle", at("circle")).expect("linked");
        fs::hard_link(at("deep/file"), at("hard")).expect("linked");
        for name in ["one", "two", "hard", "deep/../deep/file"] {
            assert_eq!(Identity::of(&at(name)), Identity::of(&at("deep/file")));
        }
        assert_eq!(
            Identity::of(&at("dangling")),
            Identity::of(&at("deep/../nothing"))
        );
        assert_ne!(Identity::of(&at("dangling")), Identity::of(&at("one")));
        assert!(Destination::of(&at("circle")).is_err());
        assert!(Destination::of(&at("deep")).is_err());
        assert_eq!(
            Destination::of(&at("two")).expect("a file"),
            Destination::Replacing(at("deep/file"))
        );
    }
}
