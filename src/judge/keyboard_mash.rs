//! `keyboard-mash`: letters typed without looking, which fall on the home row.

use super::{Judge, Opinion, Scene};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "keyboard-mash",
    says: "was typed at random, as examples are",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// The home row of QWERTY keyboards.
const HOME_ROW: &[u8] = b"asdfghjkl";

/// Values longer than this are not typed.
const MAX_BYTES: usize = 32;

/// Eight of ten letters or more on the home row: random letters are with a chance of 0.5% for ten of them and 0.02% for twenty, which
/// costs them one step of confidence.
fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let home = value.iter().filter(|b| HOME_ROW.contains(b)).count();
    (!hex && value.len() <= MAX_BYTES && letters >= 9 && home * 5 >= letters * 4)
        .then_some(Opinion::Lower)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(value: &str, expected: bool) {
        let text = format!("token = \"‹{value}›\"");
        let said = testing::opinion(&JUDGE, SecretKind::Opaque, "a.yml", &text, false);
        assert_eq!(said == Some(Opinion::Lower), expected, "{value}");
    }

    #[test]
    fn mashes() {
        check("sdf0o982sjdfsdf3", true);
        check("kjshdfl92i34asdasd", true);
        check("qx7tv2mw9pzr4nbu", false);
        check("adfadadffadafdad", false);
    }
}
