//! What is new: a secret counts where the version before does not have it.
//!
//! No diff is needed for that. Lines that move are no news, neither is what else changes in a file, and a deletion brings nothing.

use memchr::memmem;

/// Returns true when `secret` stands in `text`, not as a part of a longer word.
pub fn occurs(secret: &[u8], text: &[u8]) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    // A secret that ends in a quote or a blank ends there.
    let (first, last) = (is_word(secret.first()), is_word(secret.last()));
    memmem::find_iter(text, secret).any(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let after = text.get(at + secret.len());
        !(first && is_word(before) || last && is_word(after))
    })
}

#[cfg(test)]
mod tests {
    use super::occurs;

    #[track_caller]
    fn check(secret: &str, text: &str, expected: bool) {
        assert_eq!(
            occurs(secret.as_bytes(), text.as_bytes()),
            expected,
            "{secret} in {text}"
        );
    }

    #[test]
    fn whole_words() {
        check("hunter2", "(hunter2)", true);
        check("hunter2", "\"hunter2\"", true);
        check("hunter2", "hunter2", true);
        check("hunter2", "hunter22 hunter2", true);
        check("hunter2", "xhunter2", false);
        check("hunter2", "hunter2x", false);
        check("hunter2", "hunter_2", false);
        check("+abc/", "x+abc/y", true);
        check("abc", "", false);
    }
}
