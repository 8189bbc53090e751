//! From places and hashes to allow entries: keyfence looks where another tool found something, and takes the fingerprint of what it finds there.

use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    path::{Component, Path, PathBuf},
    process::{Command, Stdio},
};

use bstr::{BStr, ByteSlice as _};

use super::Read;
use crate::{
    cli::Failure,
    finding::{Finding, SourceKind},
    import::{Accepted, LeftOut},
    policy::allow::Entry,
    rule::{Rule, RuleSet},
    scan::{Options, Scanner},
    secret::Fingerprint,
};

/// The most bytes of a file that is looked at.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// The longest line in which a text is looked for by its hash, in bytes: each of its parts is hashed.
const MAX_LINE_BYTES: usize = 1000;

/// How long a secret may be that is looked for by its hash, in bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 3..=512;

/// The entries, and what none was made of.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) entries: Vec<Entry>,
    /// With the paths of the sources.
    pub(super) left_out: Vec<(String, LeftOut)>,
}

/// What one accepted secret becomes.
type Found = Result<Vec<(Fingerprint, String)>, String>;

/// Makes entries of what `sources` accept. `rules` are those that were imported, and `ids` what they were called.
pub(super) fn entries(
    root: &Path,
    sources: &[Read],
    rules: Vec<Rule>,
    ids: &[(String, String, String)],
    salt: Vec<u8>,
) -> Result<Entries, Failure> {
    let mut out = Entries::default();
    if sources
        .iter()
        .all(|source| source.imported.accepted.is_empty())
    {
        return Ok(out);
    }
    let rules = RuleSet::new(true, rules)
        .map_err(|error| Failure::because("cannot use the imported rules", error))?;
    let options = Options {
        inline_markers: false,
        salt: salt.clone(),
        ..Options::default()
    };
    let mut place = Place {
        root,
        salt,
        scanner: Scanner::new(rules, options),
        texts: BTreeMap::new(),
    };
    for source in sources {
        for accepted in &source.imported.accepted {
            let (line, what, found) = place.look(accepted, ids);
            match found {
                Ok(found) => out
                    .entries
                    .extend(found.into_iter().map(|(fingerprint, rule)| {
                        Entry {
                            fingerprint,
                            rule,
                            owner: None,
                            expires: None,
                            reason: format!("accepted in {}: {what}", source.path)
                                .replace(char::is_control, " "),
                        }
                    })),
                Err(why) => out
                    .left_out
                    .push((source.path.clone(), LeftOut { line, what, why })),
            }
        }
    }
    Ok(out)
}

/// A text and what is found in it.
struct Text {
    bytes: Vec<u8>,
    findings: Vec<Finding>,
}

/// A repository in which things are looked up.
struct Place<'r> {
    root: &'r Path,
    salt: Vec<u8>,
    scanner: Scanner,
    /// By commit and path.
    texts: BTreeMap<(Option<String>, Vec<u8>), Result<Text, String>>,
}

impl Place<'_> {
    /// Returns where `accepted` stands in its file, what it is, and what it becomes.
    fn look(
        &mut self,
        accepted: &Accepted,
        ids: &[(String, String, String)],
    ) -> (usize, String, Found) {
        match accepted {
            Accepted::Literal { line, secret } => {
                let found = (secret.fingerprint(&self.salt), "unknown".to_owned());
                (*line, "an allowed text".to_owned(), Ok(vec![found]))
            }
            Accepted::Sha1 {
                line,
                path,
                at,
                hash,
                what,
            } => {
                let found = match self.text(None, path.as_ref()) {
                    Ok(text) => by_hash(text, *at, hash),
                    Err(why) => Err(why),
                };
                (*line, format!("{what} in {path} line {at}"), found)
            }
            Accepted::Place {
                line,
                commit,
                path,
                rule,
                at,
            } => {
                let id = ids.iter().find(|(_, theirs, _)| theirs == rule);
                let id = id.map(|(_, _, ours)| ours.as_str());
                let found = match self.text(commit.as_deref(), path.as_ref()) {
                    Ok(text) => on_line(text, *at, id),
                    Err(why) => Err(why),
                };
                (*line, format!("{rule} in {path} line {at}"), found)
            }
        }
    }

    /// Returns the file at `path`, of the work tree or of a commit, with what is found in it.
    fn text(&mut self, commit: Option<&str>, path: &BStr) -> Result<&Text, String> {
        let key = (commit.map(str::to_owned), path.to_vec());
        let (root, scanner) = (self.root, &self.scanner);
        let text = self.texts.entry(key).or_insert_with(|| {
            let bytes = match commit {
                None => from_disk(root, path)?,
                Some(commit) => from_commit(root, commit, path)?,
            };
            let findings = scanner.scan_bytes(path, SourceKind::Worktree, &bytes);
            Ok(Text { bytes, findings })
        });
        text.as_ref().map_err(Clone::clone)
    }
}

/// Reads a file of the work tree. Links are not followed, and nothing outside is read.
fn from_disk(root: &Path, path: &BStr) -> Result<Vec<u8>, String> {
    let path = PathBuf::from(path.to_os_str_lossy().into_owned());
    if !path
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return Err("its path leads out of the repository".to_owned());
    }
    let mut full = root.to_owned();
    for part in path.components() {
        full.push(part);
        match fs::symlink_metadata(&full) {
            Ok(meta) if meta.is_symlink() => {
                return Err("its path leads over a link, which is not followed".to_owned());
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err("the file is gone: there is nothing to accept".to_owned());
            }
            Err(error) => return Err(format!("the file cannot be read: {error}")),
        }
    }
    let mut bytes = Vec::new();
    let read = fs::File::open(&full).and_then(|file| {
        if file.metadata()?.is_file() {
            file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)
        } else {
            Err(std::io::Error::other("it is no file"))
        }
    });
    match read {
        Ok(_) if bytes.len() as u64 <= MAX_FILE_BYTES => Ok(bytes),
        Ok(_) => Err(format!(
            "the file has more than {} MiB",
            MAX_FILE_BYTES >> 20
        )),
        Err(error) => Err(format!("the file cannot be read: {error}")),
    }
}

/// Reads a file as a commit has it.
fn from_commit(root: &Path, commit: &str, path: &BStr) -> Result<Vec<u8>, String> {
    let mut name = std::ffi::OsString::from(format!("{commit}:"));
    name.push(path.to_os_str_lossy());
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["cat-file", "blob"])
        .arg(name)
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_NO_LAZY_FETCH", "1")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            format!("git cannot be run: {error} (install it, or put it on your PATH)")
        })?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err("this commit, or the file in it, is not in the repository".to_owned())
    }
}

/// Returns what is found on the line `at`: by the rule `id`, or else the only thing there.
fn on_line(text: &Text, at: u64, id: Option<&str>) -> Found {
    let there: Vec<&Finding> = (text.findings.iter())
        .filter(|finding| stands_on(finding, at))
        .collect();
    let by_rule = there
        .iter()
        .filter(|finding| Some(finding.rule.as_str()) == id);
    let mut chosen: Vec<&Finding> = by_rule.copied().collect();
    if chosen.is_empty() {
        chosen.clone_from(&there);
    }
    match chosen[..] {
        [] => Err("keyfence finds nothing on that line: there is nothing to accept".to_owned()),
        [finding] => Ok(vec![told(finding)]),
        _ => Err(format!(
            "keyfence finds {} secrets on that line, and the entry does not say which: accept it with keyfence allow",
            chosen.len()
        )),
    }
}

fn stands_on(finding: &Finding, line: u64) -> bool {
    finding.start.line <= line && line <= finding.end.line
        || finding.parts.iter().any(|part| part.start.line == line)
}

/// Returns what is found that has this hash, or is one with the text on the line `at` that has it.
fn by_hash(text: &Text, at: u64, hash: &[u8; 20]) -> Found {
    let has_hash = |finding: &&Finding| sha1(finding.secret.expose()).as_ref() == Some(hash);
    let found: Vec<_> = text.findings.iter().filter(has_hash).map(told).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let is_part = |finding: &Finding| {
        let mut parts = finding.parts.iter();
        parts.any(|part| sha1(part.secret.expose()).as_ref() == Some(hash))
    };
    if text.findings.iter().any(is_part) {
        return Err(
            "it is the public half of a pair, and an entry would hide the secret half, too: accept that with keyfence allow"
                .to_owned(),
        );
    }
    let number = usize::try_from(at).ok().and_then(|at| at.checked_sub(1));
    let line = number.and_then(|number| text.bytes.split(|byte| *byte == b'\n').nth(number));
    let line = line.unwrap_or_default();
    let Some(secret) = with_hash(line, hash) else {
        return Err(
            "it does not stand on that line any more: there is nothing to accept".to_owned(),
        );
    };
    let is_same = |finding: &&Finding| {
        let theirs = finding.secret.expose();
        stands_on(finding, at) && (theirs.contains_str(secret) || secret.contains_str(theirs))
    };
    let found: Vec<_> = text.findings.iter().filter(is_same).map(told).collect();
    if found.is_empty() {
        Err("keyfence does not find it: there is nothing to accept".to_owned())
    } else {
        Ok(found)
    }
}

fn told(finding: &Finding) -> (Fingerprint, String) {
    (finding.fingerprint, finding.rule.clone())
}

/// Returns the part of `line` that has this hash.
fn with_hash<'l>(line: &'l [u8], hash: &[u8; 20]) -> Option<&'l [u8]> {
    if line.len() > MAX_LINE_BYTES {
        return None;
    }
    (0..line.len()).find_map(|start| {
        let most = line.len().min(start + SECRET_BYTES.end());
        let parts = (start + SECRET_BYTES.start()..=most).map(|end| &line[start..end]);
        let mut parts = parts.filter(|part| sha1(part).as_ref() == Some(hash));
        parts.next()
    })
}

/// Returns the SHA-1 of `bytes`; nothing for bytes that were made to have that of others.
fn sha1(bytes: &[u8]) -> Option<[u8; 20]> {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    let id = hasher.try_finalize().ok()?;
    id.as_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::{sha1, with_hash};

    #[test]
    fn a_text_is_found_by_its_hash() {
        let line = b"password = \"a text\" # and more";
        let hash = sha1(b"a text").unwrap();
        assert_eq!(with_hash(line, &hash), Some(&b"a text"[..]));
        assert_eq!(with_hash(b"nothing here", &hash), None);
        assert_eq!(with_hash(b"", &hash), None);
        // FIPS 180-4, the example of one block.
        let hex = data_encoding::HEXLOWER.encode(&sha1(b"abc").unwrap());
        assert_eq!(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
