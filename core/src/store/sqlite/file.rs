//! The file of a database: where it may be and who may read it. It never opens a file that exists: to close
//! one would drop the locks that SQLite holds on it for the whole process.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::SqliteOptions;
use crate::error::{Code, Error, Result};
use crate::store::group_commit::lock;

/// A file that may be handed to SQLite.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    /// Absolute, so that it stays the same file when the process changes its directory.
    pub(super) path: PathBuf,
    /// What the operator should know.
    pub(super) warnings: Vec<Error>,
}

/// Checks the place, creates the file if there is none, checks who can read it.
pub(super) fn prepare(given: &Path, options: &SqliteOptions) -> Result<DatabaseFile> {
    let path = resolve(given)?;
    if !options.allow_network_fs {
        refuse_network(&path)?;
    }
    let mut warnings = Vec::new();
    if !create(&path)? {
        match readable_by_others(&path)? {
            Some(error) if options.strict_permissions => return Err(error),
            warning => warnings.extend(warning),
        }
    }
    Ok(DatabaseFile { path, warnings })
}

/// The absolute path, links followed; the file itself need not exist yet.
fn resolve(given: &Path) -> Result<PathBuf> {
    if given.is_dir() {
        return Err(unusable(given, "it is a directory; name a file in it"));
    }
    if let Ok(path) = fs::canonicalize(given) {
        return Ok(path);
    }
    let Some(name) = given.file_name() else {
        return Err(unusable(given, "it names no file"));
    };
    let parent = match given.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("."),
    };
    match fs::canonicalize(parent) {
        Ok(parent) if parent.is_dir() => Ok(parent.join(name)),
        Ok(_) => Err(unusable(given, "what should be its directory is a file")),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(unusable(given, "its directory does not exist; create it first"))
        }
        Err(error) => {
            Err(unusable(given, format_args!("its directory cannot be entered ({error})")))
        }
    }
}

/// Creates the file, for its owner only, so that it is never open to others, not even for a moment; SQLite
/// gives its companions (`-wal`, `-shm`) the same mode. Answers false when there is a file already.
fn create(path: &Path) -> Result<bool> {
    // Closing the new file would drop the locks of another thread that opened it in the meantime.
    static CREATING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = lock(&CREATING);
    let mut creation = OpenOptions::new();
    creation.write(true).create_new(true);
    owner_only(&mut creation);
    match creation.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(unusable(
            path,
            format_args!(
                "it cannot be created ({error}); make the directory writable for this user"
            ),
        )),
    }
}

#[cfg(unix)]
fn owner_only(creation: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    creation.mode(0o600);
}

/// What is wrong with the mode of a file that exists; an error if it is no plain file.
#[cfg(unix)]
fn readable_by_others(path: &Path) -> Result<Option<Error>> {
    use std::os::unix::fs::PermissionsExt;
    let mode = plain_file(path)?.permissions().mode() & 0o7777;
    let error = || {
        let mode = format_args!("{mode:04o}");
        Error::new(Code::FilePermissions).with("path", path.display()).with("mode", mode)
    };
    Ok((mode & 0o077 != 0).then(error))
}

// Elsewhere the directory decides who may read.
#[cfg(not(unix))]
fn owner_only(_: &mut OpenOptions) {}

#[cfg(not(unix))]
fn readable_by_others(path: &Path) -> Result<Option<Error>> {
    plain_file(path).map(|_| None)
}

fn plain_file(path: &Path) -> Result<fs::Metadata> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(metadata),
        Ok(_) => Err(unusable(path, "it is not a plain file")),
        Err(error) => Err(unusable(path, format_args!("it cannot be examined ({error})"))),
    }
}

/// Refuses file systems that other machines write to as well: their locks, and the memory shared through
/// `-shm`, reach no further than one machine.
#[cfg(target_os = "linux")]
fn refuse_network(path: &Path) -> Result<()> {
    // The directory is asked: the file may not exist yet, and is on the same file system.
    let directory = path.parent().unwrap_or(path);
    match rustix::fs::statfs(directory) {
        Ok(found) if is_network(found.f_type as u64) => {
            Err(Error::new(Code::NetworkFs).with("path", path.display()))
        }
        Ok(_) => Ok(()),
        Err(error) => {
            Err(unusable(path, format_args!("its file system cannot be examined ({error})")))
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn refuse_network(_: &Path) -> Result<()> {
    Ok(())
}

/// Whether a file system of this kind (`f_type` of `statfs`) is shared over a network.
///
/// Not listed on purpose: FUSE, because an encrypted home or an NTFS disk looks the same as `sshfs`; and
/// 9P, because a sandbox shows its own local disk that way. Where 9P cannot share memory, opening fails.
#[cfg(any(target_os = "linux", test))]
fn is_network(kind: u64) -> bool {
    const NFS: u32 = 0x6969;
    const SMB: u32 = 0x517B;
    const SMB2: u32 = 0xFE53_4D42;
    const CIFS: u32 = 0xFF53_4D42;
    const NCP: u32 = 0x564C;
    const AFS: u32 = 0x5346_414F;
    const KERNEL_AFS: u32 = 0x6B41_4653;
    const CODA: u32 = 0x7375_7245;
    const CEPH: u32 = 0x00C3_6400;
    const LUSTRE: u32 = 0x0BD0_0BD0;
    // Some machines hold the kind in a signed word: only the lower half says something.
    matches!(
        (kind & 0xFFFF_FFFF) as u32,
        NFS | SMB | SMB2 | CIFS | NCP | AFS | KERNEL_AFS | CODA | CEPH | LUSTRE
    )
}

/// The database cannot be at `path`.
pub(super) fn unusable(path: &Path, why: impl std::fmt::Display) -> Error {
    let setting = format_args!("the database path \"{}\"", path.display());
    Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects (H95): the file systems that are shared over a network are known by their numbers, in either
    /// width of the word; local ones, and those that cannot be told, are let through.
    #[test]
    fn network_file_systems() {
        for kind in [0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0xFFFF_FFFF_FF53_4D42, 0x00C3_6400] {
            assert!(is_network(kind), "{kind:x}");
        }
        // ext4, tmpfs, xfs, btrfs, overlay, FUSE, 9P
        for kind in
            [0xEF53, 0x0102_1994, 0x5846_5342, 0x9123_683E, 0x794C_7630, 0x6573_5546, 0x0102_1997]
        {
            assert!(!is_network(kind), "{kind:x}");
        }
    }
}
