//! After the disk was full at a commit: could the change still come to light? It reads the log as a plain
//! file, and never writes to it.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use rusqlite::Connection;

const LOG_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

/// Whether behind the end of the log, as the running connections know it, a frame lies that ends a commit.
///
/// SQLite writes a transaction as frames at the end of the log, the last of which carries the mark of a
/// commit. When that fails, the frames stay there and nobody sees them; but should all processes end before
/// the next commit overwrites them, the next opening takes a complete set for a commit. Without such a mark
/// the transaction is certainly gone. Nobody locks the log file itself, so it may be opened and closed here.
pub(super) fn may_hold_lost_commit(connection: &Connection, log: &Path) -> bool {
    let known: Result<i64, _> =
        connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1));
    match known.map(u64::try_from) {
        Ok(Ok(known)) => commit_behind(log, known).unwrap_or(true),
        _ => true,
    }
}

/// Whether one of the frames after the first `known` ends a commit of the log's present generation.
fn commit_behind(log: &Path, known: u64) -> io::Result<bool> {
    let mut file = File::open(log)?;
    let mut header = [0; LOG_HEADER as usize];
    if !fill(&mut file, &mut header)? {
        return Ok(false);
    }
    let page = u64::from(word(&header, 8));
    let salts = (word(&header, 16), word(&header, 20));
    let mut position = LOG_HEADER + known * (FRAME_HEADER + page);
    loop {
        let mut frame = [0; FRAME_HEADER as usize];
        file.seek(SeekFrom::Start(position))?;
        if !fill(&mut file, &mut frame)? || (word(&frame, 8), word(&frame, 12)) != salts {
            return Ok(false);
        }
        let pages_after_commit = word(&frame, 4);
        if pages_after_commit != 0 {
            return Ok(true);
        }
        position += FRAME_HEADER + page;
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk());
    word.map_or(0, |word| u32::from_be_bytes(*word))
}

/// False when the file ends before.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        result => result.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log of two-byte pages: for each frame its salt and the mark of a commit.
    fn log(name: &str, frames: &[(u32, u32)]) -> std::path::PathBuf {
        let mut bytes = vec![0; LOG_HEADER as usize];
        bytes[8..12].copy_from_slice(&2_u32.to_be_bytes());
        bytes[16..20].copy_from_slice(&7_u32.to_be_bytes());
        for (salt, commit) in frames {
            let words = [1, *commit, *salt, 0, 0, 0];
            bytes.extend(words.iter().flat_map(|word| word.to_be_bytes()));
            bytes.extend([0xAA, 0xAA]);
        }
        let path = std::env::temp_dir().join(format!("paywright-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Protects: only a commit mark of this generation behind the known end means that a failed commit could
    /// come back; anything unreadable counts as if it could.
    #[test]
    fn commits_behind_the_end() {
        for (name, frames, known, expected) in [
            ("empty", &[][..], 0, false),
            ("known", &[(7, 0), (7, 2)], 2, false),
            ("unmarked", &[(7, 2), (7, 0), (7, 0)], 1, false),
            ("marked", &[(7, 2), (7, 0), (7, 3)], 1, true),
            ("older", &[(7, 2), (6, 3)], 1, false),
            ("behind-older", &[(7, 2), (6, 0), (7, 3)], 1, false),
        ] {
            let path = log(name, frames);
            assert_eq!(commit_behind(&path, known).unwrap(), expected, "{name}");
            std::fs::remove_file(path).unwrap();
        }
        let nowhere = Path::new("/nonexistent/log");
        assert!(may_hold_lost_commit(&Connection::open_in_memory().unwrap(), nowhere));
    }
}
