//! Which words names are made of, and which only people use: `account_name`, and `lemon-tiger-castle`.
//!
//! A value of words alone may be the name of something or a passphrase; both are spelled alike. Names in source text draw on a
//! small vocabulary, a passphrase on all of language.
//!
//! Of 4,132 names of three words or more in the string literals of hashicorp/terraform-provider-azurerm and of npm, which the list
//! was not made from, 370 look like phrases (9.0 %, by `held_out_names`): nearly all have a vendor's own words (`azurerm`). So this
//! counts only for what stands under the name of a password.

use super::{view, vocabulary_words::WORDS};

/// The fewest words of a phrase. Two make a product's or a company's name as often as a password.
const LEAST_WORDS: usize = 3;

/// The fewest letters of a word of a phrase.
const LEAST_LETTERS: usize = 3;

/// Returns true when names are made of `word`, digits at its end aside.
pub(super) fn is_technical(word: &[u8]) -> bool {
    let digits = word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let bare = word[..word.len() - digits].to_ascii_lowercase();
    let knows = |bare: &[u8]| {
        WORDS
            .binary_search_by(|known| known.as_bytes().cmp(bare))
            .is_ok()
    };
    // Two letters are an abbreviation; a plural is known with its singular.
    bare.len() < LEAST_LETTERS || knows(&bare) || bare.strip_suffix(b"s").is_some_and(knows)
}

/// Returns true when none of the words of `text` is one that names are made of.
pub(super) fn is_foreign(text: &[u8]) -> bool {
    let words = view::words(text);
    !words.is_empty() && !words.iter().any(|word| is_technical(word))
}

/// Returns true for three words or more, joined by one kind of mark or by their capitals, of which at most one in four is
/// technical: nobody names a thing so.
pub(super) fn is_phrase(text: &[u8]) -> bool {
    let mut marks: Vec<u8> = text
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_alphanumeric())
        .collect();
    marks.dedup();
    let words = view::words(text);
    let technical = words.iter().filter(|word| is_technical(word)).count();
    // Nobody shouts a passphrase; constants are written so.
    let constant = !text.iter().any(u8::is_ascii_lowercase);
    !constant
        && marks.len() <= 1
        && marks.iter().all(|mark| b"-_. ".contains(mark))
        && words.len() >= LEAST_WORDS
        && words.iter().all(|word| word.len() >= LEAST_LETTERS)
        && technical * 4 <= words.len()
}

#[cfg(test)]
mod tests {
    use super::{WORDS, is_foreign, is_phrase, is_technical};

    #[test]
    fn the_list_is_in_order() {
        assert!(WORDS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[track_caller]
    fn check(text: &str, phrase: bool, foreign: bool) {
        let found = (is_phrase(text.as_bytes()), is_foreign(text.as_bytes()));
        assert_eq!(found, (phrase, foreign), "{text}");
    }

    #[test]
    fn phrases_and_names() {
        check("lemon-tiger-castle", true, true);
        check("winter_march_jungle_server", true, false);
        check("digest_test_realm", false, false);
        check("BarcelonaHockeyJanuar", true, true);
        check("user-profile-image", false, false);
        check("will-be-overwritten", false, false);
        check("schema-validator-swagger", false, false);
        check("Needle_Marble", false, true);
        check("account_name", false, false);
        check("yellow.arsenal1", false, true);
        check("form.password.label", false, false);
        check("lemon-tiger_castle", false, true);
        check("LEMON_TIGER_CASTLE", false, true);
        check("", false, false);
    }

    #[test]
    fn words_with_digits_and_plurals() {
        assert!(is_technical(b"users"));
        assert!(is_technical(b"server2"));
        assert!(is_technical(b"db"));
        assert!(!is_technical(b"arsenal1"));
    }

    /// Of the names of other trees, one in ten at most looks like a phrase.
    #[test]
    #[ignore = "needs a file of names, one a line"]
    #[expect(
        clippy::disallowed_methods,
        reason = "a measurement is told where its text is"
    )]
    fn held_out_names() {
        let text = std::fs::read(std::env::var("KEYFENCE_NAMES").unwrap()).unwrap();
        let names: Vec<&[u8]> = text
            .split(|b| *b == b'\n')
            .filter(|n| !n.is_empty())
            .collect();
        let phrases: Vec<&&[u8]> = names.iter().filter(|name| is_phrase(name)).collect();
        println!("{} of {} names are phrases", phrases.len(), names.len());
        for name in phrases.iter().take(60) {
            println!("  {}", String::from_utf8_lossy(name));
        }
        assert!(phrases.len() * 10 < names.len());
    }
}
