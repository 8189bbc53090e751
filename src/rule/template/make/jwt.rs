//! JSON Web Tokens (RFC 7519).

use data_encoding::BASE64URL_NOPAD;

use super::Random;

/// Returns the token that the maker called `name` makes.
pub(super) fn by_name(name: &str, random: &mut Random) -> Option<String> {
    let id = random.text("abcdefghijklmnopqrstuvwxyz0123456789", 12);
    let exp = 1_700_000_000 + random.below(100_000_000);
    let hs256 = r#"{"alg":"HS256","typ":"JWT"}"#;
    let rs256 = format!(r#"{{"alg":"RS256","kid":"{id}"}}"#);
    let plain = format!(r#"{{"iss":"https://id.{id}.net/","sub":"{id}","exp":{exp}}}"#);
    Some(match name {
        "jwt" => token(hs256, &plain, &random.bytes(32)),
        "jwt-rs256" => token(&rs256, &plain, &random.bytes(256)),
        "jwt-none" => token(r#"{"alg":"none"}"#, &plain, &[]),
        "jwt-no-alg" => token(r#"{"typ":"JWT"}"#, &plain, &random.bytes(32)),
        "jwt-not-json" => token(hs256, r#"{"iss":"#, &random.bytes(32)),
        "jwt-kubernetes" => token(
            &rs256,
            &format!(
                r#"{{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"{id}","sub":"system:serviceaccount:{id}:default"}}"#
            ),
            &random.bytes(256),
        ),
        "jwt-kubernetes-bound" => token(
            &rs256,
            &format!(
                r#"{{"aud":["https://k.{id}.net"],"exp":{exp},"iss":"https://k.{id}.net","kubernetes.io":{{"namespace":"{id}"}},"sub":"system:serviceaccount:{id}:default"}}"#
            ),
            &random.bytes(256),
        ),
        _ => return None,
    })
}

fn token(header: &str, payload: &str, signature: &[u8]) -> String {
    [header.as_bytes(), payload.as_bytes(), signature]
        .map(|part| BASE64URL_NOPAD.encode(part))
        .join(".")
}
