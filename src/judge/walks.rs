//! How much of a value is sequences and walks over the keyboard, one after the other: `qwerty1234`, `1q2w3e4r`.

/// Walks over keyboards; they are followed back, too.
const WALKS: &[&str] = &[
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
];

/// The shortest stretch that counts: three letters in order stand in words, too.
const LEAST_BYTES: usize = 4;

/// Values longer than this are not typed.
const MAX_BYTES: usize = 64;

/// Returns how many bytes of `text` are in stretches of [`LEAST_BYTES`] or more, whatever their case.
pub(super) fn covered(text: &[u8]) -> usize {
    if text.len() > MAX_BYTES {
        return 0;
    }
    let text = text.to_ascii_lowercase();
    let (mut at, mut covered) = (0, 0);
    while at < text.len() {
        let here = stretch(&text[at..]);
        if here >= LEAST_BYTES {
            covered += here;
            at += here;
        } else {
            at += 1;
        }
    }
    covered
}

/// Returns how many bytes at the start of `text` are a sequence or a walk.
fn stretch(text: &[u8]) -> usize {
    let sequence = [1_i16, -1].map(|step| {
        let goes_on = |pair: &&[u8]| i16::from(pair[1]) - i16::from(pair[0]) == step;
        1 + text.windows(2).take_while(goes_on).count()
    });
    let walks = WALKS.iter().map(|walk| {
        let walk = walk.as_bytes();
        let from = |at: usize| {
            let same = |(a, b): &(&u8, &u8)| a == b;
            let forth = text.iter().zip(&walk[at..]).take_while(same).count();
            let back = text.iter().zip(walk[..=at].iter().rev());
            forth.max(back.take_while(same).count())
        };
        (0..walk.len()).map(from).max().unwrap_or(0)
    });
    walks.chain(sequence).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::covered;

    #[test]
    fn stretches() {
        for (text, expected) in [
            ("abcd1234", 8),
            ("asdf1234", 8),
            ("1q2w3e4r", 8),
            ("QAZwsx", 6),
            ("AbCdEfGh", 8),
            ("4321rewq", 8),
            ("qwertyuiopasdfghjklzxcvbnm", 26),
            ("Summer1234", 4),
            ("hunter2x", 0),
            ("abc9xyz1", 0),
            ("", 0),
        ] {
            assert_eq!(covered(text.as_bytes()), expected, "{text}");
        }
    }
}
