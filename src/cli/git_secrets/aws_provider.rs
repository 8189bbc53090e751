//! `--aws-provider`: the credentials in a file of the AWS command line, as patterns that match them.
//!
//! Format: <https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html>. Every line counts, whatever its profile.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};

use super::{Stop, TROUBLE};
use crate::cli::{environment, small_file};

/// What a backslash goes before. Unlike with `--literal` that includes `]`, as `git secrets` has always printed it.
const SPECIAL: &[u8] = br"[].\|$(){}?+*^";

/// The most bytes of a credentials file.
const MAX_BYTES: u64 = 16 << 20;

/// Returns the patterns for `file`, or for the user's own credentials file; none when there is no such file.
///
/// # Errors
///
/// When the file cannot be read: whatever it holds would be missed.
pub(super) fn patterns(file: Option<&OsStr>, key_ids: bool) -> Result<Vec<BString>, Stop> {
    let file = file
        .filter(|file| !file.is_empty())
        .map(PathBuf::from)
        .or_else(environment::aws_credentials_file);
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    let bytes = read(&file).map_err(|error| {
        Stop::said(
            format!(
                "git-secrets: cannot read the credentials file {}: {error} (make it readable, or name another one: \
                 --aws-provider FILE)",
                file.display()
            ),
            TROUBLE,
        )
    })?;
    Ok(parse(&bytes, key_ids))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // How the variable says that there are no credentials.
    if path == Path::new("/dev/null")
        || cfg!(windows) && path.as_os_str().eq_ignore_ascii_case("nul")
    {
        return Ok(Vec::new());
    }
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    small_file::limited(&mut File::open(path)?, MAX_BYTES)
}

/// Returns a pattern for each value of the file `bytes`, without those of key ids unless `key_ids`.
fn parse(bytes: &[u8], key_ids: bool) -> Vec<BString> {
    bytes
        .lines()
        .filter_map(|line| value(line, key_ids))
        .map(escaped)
        .collect()
}

/// Returns the pattern that matches `value`.
fn escaped(value: &BStr) -> BString {
    let mut out = BString::from(Vec::with_capacity(value.len()));
    for byte in value.iter() {
        if SPECIAL.contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

/// Returns the credential on a line, if there is one.
fn value(line: &[u8], key_ids: bool) -> Option<&BStr> {
    let line = line
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(line)
        .trim_ascii();
    if line.starts_with(b"#") || line.starts_with(b";") {
        return None;
    }
    let (name, value) = line.split_once_str("=")?;
    let is_secret = name.contains_str("aws_secret_access_key");
    let is_id = name.contains_str("aws_access_key_id");
    let value = unquoted(value.trim_ascii());
    let wanted = is_secret || (is_id && key_ids);
    (wanted && !value.is_empty()).then_some(value.into())
}

/// Takes off a quote from both ends.
fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(parse(text.as_bytes(), true), expected, "{text:?}");
    }

    #[test]
    fn values_of_both_names_are_taken_whatever_the_profile() {
        check(
            "[default]\naws_access_key_id = one\naws_secret_access_key=two\n\n[other]\nregion=x\naws_secret_access_key = three",
            &["one", "two", "three"],
        );
        check("aws_session_token = x\nAWS_SECRET_ACCESS_KEY = x", &[]);
        check("my_aws_secret_access_key_2 = x", &["x"]);
        check("note = aws_secret_access_key", &[]);
        check("\u{feff}aws_access_key_id=x\r\n", &["x"]);
    }

    #[test]
    fn comments_and_empty_values_are_none() {
        check("# aws_access_key_id = x\n ; aws_secret_access_key = x", &[]);
        check(
            "aws_access_key_id =\naws_secret_access_key = \"\"\naws_access_key_id = \t\r\n",
            &[],
        );
        check("aws_access_key_id", &[]);
    }

    #[test]
    fn values_are_whole() {
        check("aws_secret_access_key = ab=cd==", &["ab=cd=="]);
        check(" aws_secret_access_key\t=\t a b \t\r\n", &["a b"]);
        check("aws_secret_access_key = \"a'b\"", &["a'b"]);
        check("aws_secret_access_key = 'ab'", &["ab"]);
        check("aws_secret_access_key = \"ab'", &["\"ab'"]);
        check("aws_secret_access_key = \"", &["\""]);
        check("aws_secret_access_key = a#b ; c", &["a#b ; c"]);
    }

    #[test]
    fn values_stand_for_themselves() {
        check("aws_access_key_id = Hoagie+man", &[r"Hoagie\+man"]);
        check(
            r"aws_access_key_id = a[b].c\d|$(e){f}?*^/",
            &[r"a\[b\]\.c\\d\|\$\(e\)\{f\}\?\*\^/"],
        );
    }

    #[test]
    fn key_ids_can_be_left_out() {
        let text = b"aws_access_key_id = id\naws_secret_access_key = secret\n";
        assert_eq!(parse(text, false), ["secret"]);
    }
}
