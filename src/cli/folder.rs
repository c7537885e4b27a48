//! A folder of results that appears when all is done.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::message::{Refusal, plain};

/// A folder under another name until it is complete.
pub struct Folder {
    temporary: tempfile::TempDir,
    out: PathBuf,
}

impl Folder {
    /// Makes a folder that will take this place, with files of these names among others.
    pub fn beside(out: &Path, results: &[&str]) -> Result<Self, Refusal> {
        if out.exists() && !out.is_dir() {
            return Err(Refusal::in_file(
                out,
                "this is there already, and is no folder",
            ));
        }
        // Before anything is computed. What else there will be is looked at in the end.
        for name in results {
            refuse_folder(&out.join(name))?;
        }
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // Beside it, so that a rename is enough; in it, where it is there.
        let place = if out.is_dir() { out } else { parent };
        let temporary = tempfile::Builder::new()
            .prefix(".steeple-")
            .tempdir_in(place)
            .map_err(|error| {
                Refusal::in_file(
                    out,
                    format_args!("the folder cannot be written: {}", plain(&error)),
                )
            })?;
        Ok(Self {
            temporary,
            out: out.to_path_buf(),
        })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> Result<(), Refusal> {
        let path = self.path().join(name);
        fs::write(&path, text).map_err(|error| Refusal::in_file(&self.out.join(name), error))
    }

    /// Writes pictures; returns the names of their files.
    pub fn write_pictures(&self, pictures: &[(String, String)]) -> Result<Vec<String>, Refusal> {
        let mut names = Vec::new();
        for (name, svg) in pictures {
            let name = format!("{name}.svg");
            self.write(&name, svg)?;
            names.push(name);
        }
        Ok(names)
    }

    /// Gives the files their places: all at once where the folder is new, else one by one.
    pub fn publish(self) -> Result<(), Refusal> {
        let failed = |error: std::io::Error| Refusal::in_file(&self.out, error);
        if !self.out.exists() {
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(self.path(), fs::Permissions::from_mode(0o755))
                    .map_err(failed)?;
            }
            fs::rename(self.path(), &self.out).map_err(failed)?;
            return Ok(());
        }
        let files = fs::read_dir(self.path()).map_err(failed)?;
        let names: Result<Vec<OsString>, std::io::Error> =
            files.map(|file| Ok(file?.file_name())).collect();
        let names = names.map_err(failed)?;
        for name in &names {
            refuse_folder(&self.out.join(name))?;
        }
        for name in &names {
            let place = self.out.join(name);
            fs::rename(self.path().join(name), &place)
                .map_err(|error| Refusal::in_file(&place, error))?;
        }
        Ok(())
    }
}

/// A file cannot take the place of a folder.
fn refuse_folder(place: &Path) -> Result<(), Refusal> {
    if place.is_dir() {
        return Err(Refusal::in_file(
            place,
            "a folder is in the place of a result; hint: move it, or choose another --out",
        ));
    }
    Ok(())
}
