//! Tokens that are encoded text: what is inside must have the parts the vendor puts there.
//!
//! None of these proves anything, for a placeholder may keep the outer form; they refute what merely begins alike.

use serde_json::{Map, Value};

use super::{Proof, Subject};

/// Returns the bytes that base64 `text` stands for: either alphabet of RFC 4648, padded or not, trailing bits ignored.
pub(super) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0_u32);
    let end = text.iter().rposition(|b| *b != b'=').map_or(0, |at| at + 1);
    for &byte in &text[..end] {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count).to_le_bytes()[0]);
            bits &= (1 << count) - 1;
        }
    }
    (end % 4 != 1).then_some(out)
}

/// Refutes `text` unless it is base64 of a JSON object that has all `keys`.
pub(super) fn json_with(text: &[u8], keys: &[&str]) -> Proof {
    match json(text) {
        Some(object) if keys.iter().all(|key| object.contains_key(*key)) => Proof::plausible(),
        _ => Proof::refuted(),
    }
}

fn json(text: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(&decode_base64(text)?).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// Refutes a personal access token of Jira or Confluence Data Center that is not the base64 of twelve digits, `:` and twenty bytes.
pub(super) fn atlassian_data_center(subject: Subject<'_>) -> Proof {
    decoded(subject.secret, |text| {
        let (id, rest) = text.split_at(text.len().min(12));
        text.len() == 33 && id.iter().all(u8::is_ascii_digit) && rest.starts_with(b":")
    })
}

/// Refutes a Cloudflare tunnel token without account, tunnel and secret
/// (<https://developers.cloudflare.com/tunnel/advanced/tunnel-tokens/>); names the account.
pub(super) fn cloudflare_tunnel(subject: Subject<'_>) -> Proof {
    let Some(object) = json(subject.secret) else {
        return Proof::refuted();
    };
    match object.get("a").and_then(Value::as_str) {
        Some(account) if object.contains_key("t") && object.contains_key("s") => {
            Proof::plausible().with_fact("account_id", account)
        }
        _ => Proof::refuted(),
    }
}

/// Refutes a Discord bot token whose first part is not the base64 of the bot's id, 17 to 20 digits
/// (<https://docs.discord.com/developers/reference>); names the bot.
pub(super) fn discord_bot(subject: Subject<'_>) -> Proof {
    let first = subject.secret.split(|b| *b == b'.').next();
    match first.and_then(decode_base64) {
        Some(id) if (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit) => {
            Proof::plausible().with_fact("bot_id", String::from_utf8_lossy(&id))
        }
        _ => Proof::refuted(),
    }
}

/// Refutes an Elasticsearch API key that is not the base64 of an id of 20 characters, `:` and a key of 22, both in base64url
/// (<https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-security-create-api-key>).
pub(super) fn elastic_api_key(subject: Subject<'_>) -> Proof {
    decoded(subject.secret, |text| {
        text.len() == 43
            && text.iter().enumerate().all(|(at, byte)| match at {
                20 => *byte == b':',
                _ => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            })
    })
}

/// Refutes an Elastic Cloud key (`essu_…`) that is not the base64 of `id:key`.
pub(super) fn elastic_cloud(subject: Subject<'_>) -> Proof {
    let body = subject.secret.strip_prefix(b"essu_").unwrap_or_default();
    decoded(body, |text| text.is_ascii() && text.contains(&b':'))
}

/// Refutes an Intercom access token that is not the base64 of `tok:…`.
pub(super) fn intercom(subject: Subject<'_>) -> Proof {
    decoded(subject.secret, |text| {
        text.is_ascii() && text.starts_with(b"tok:") && text[4..].contains(&b':')
    })
}

/// Refutes a `JFrog` reference token that is not the base64 of `reftkn:<digits>:<digits>:<rest>`.
pub(super) fn jfrog_reference(subject: Subject<'_>) -> Proof {
    decoded(subject.secret, |text| {
        let parts: Vec<&[u8]> = text.splitn(4, |b| *b == b':').collect();
        let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        matches!(parts[..], [b"reftkn", a, b, rest] if digits(a) && digits(b) && rest.is_ascii())
    })
}

/// Refutes a Mapbox secret token whose middle part has no user and id
/// (<https://docs.mapbox.com/help/dive-deeper/access-tokens/>).
pub(super) fn mapbox(subject: Subject<'_>) -> Proof {
    let middle = subject.secret.split(|b| *b == b'.').nth(1);
    json_with(middle.unwrap_or_default(), &["u", "a"])
}

/// Refutes a legacy key of NVIDIA NGC that is not the base64 of 26 letters and digits, `:` and a UUID
/// (<https://docs.nvidia.com/ngc/latest/ngc-user-guide.html>).
pub(super) fn nvidia_ngc(subject: Subject<'_>) -> Proof {
    decoded(subject.secret, |text| {
        let hyphens = [8, 13, 18, 23].map(|at| 27 + at);
        text.len() == 63
            && text.iter().enumerate().all(|(at, byte)| match at {
                0..26 => byte.is_ascii_lowercase() || byte.is_ascii_digit(),
                26 => *byte == b':',
                _ if hyphens.contains(&at) => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
    })
}

/// Refutes a 1Password service account token (`ops_…`) without address and secret key.
pub(super) fn onepassword_service(subject: Subject<'_>) -> Proof {
    json_with(
        subject.secret.strip_prefix(b"ops_").unwrap_or_default(),
        &["signInAddress", "secretKey"],
    )
}

/// Refutes a Sentry organization token (`sntrys_…_…`) whose middle part has no time, address and organization
/// (<https://docs.sentry.io/account/auth-tokens/>).
pub(super) fn sentry_org(subject: Subject<'_>) -> Proof {
    let middle = subject.secret.split(|b| *b == b'_').nth(1);
    json_with(middle.unwrap_or_default(), &["iat", "url", "org"])
}

/// Refutes letters without a digit: a name in camel case that begins as a key does.
pub(super) fn some_digit(subject: Subject<'_>) -> Proof {
    if subject.secret.iter().any(u8::is_ascii_digit) {
        Proof::plausible()
    } else {
        Proof::refuted()
    }
}

fn decoded(text: &[u8], holds: impl Fn(&[u8]) -> bool) -> Proof {
    match decode_base64(text) {
        Some(inside) if holds(&inside) => Proof::plausible(),
        _ => Proof::refuted(),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD};

    use super::{
        atlassian_data_center, cloudflare_tunnel, decode_base64, discord_bot, elastic_api_key,
        elastic_cloud, intercom, jfrog_reference, mapbox, nvidia_ngc, onepassword_service,
        sentry_org, some_digit,
    };
    use crate::validate::{Check, Verdict, test_support::verdict};

    #[track_caller]
    fn check(check: Check, token: &str, real: bool) {
        let expected = if real {
            Verdict::Plausible
        } else {
            Verdict::Refuted
        };
        assert_eq!(verdict(check, token), expected, "{token}");
    }

    #[test]
    fn base64_agrees_with_the_crate() {
        for len in 0..70_u8 {
            let bytes: Vec<u8> = (0..len)
                .map(|b| b.wrapping_mul(89).wrapping_add(200))
                .collect();
            for encoding in [BASE64, BASE64_NOPAD, BASE64URL_NOPAD] {
                let text = encoding.encode(&bytes);
                assert_eq!(decode_base64(text.as_bytes()), Some(bytes.clone()));
            }
        }
        assert_eq!(decode_base64(b"A"), None);
        assert_eq!(decode_base64(b"AB!D"), None);
    }

    #[test]
    fn json_tokens() {
        let b64 = |text: &str| BASE64.encode(text.as_bytes());
        let good = b64(r#"{"a":"1","t":"2","s":"3"}"#);
        check(cloudflare_tunnel, &good, true);
        check(cloudflare_tunnel, &b64(r#"{"a":"1","t":"2"}"#), false);
        check(cloudflare_tunnel, &b64("[1]"), false);
        let user = b64(r#"{"u":"x","a":"y"}"#);
        check(mapbox, &format!("sk.{user}.z"), true);
        check(mapbox, "sk.eyJ1.z", false);
        check(mapbox, "sk", false);
        let org = b64(r#"{"iat":1,"url":"u","org":"o"}"#);
        check(sentry_org, &format!("sntrys_{org}_x"), true);
        check(sentry_org, &format!("sntrys_{user}_x"), false);
        let account = b64(r#"{"signInAddress":"a","secretKey":"b"}"#);
        check(onepassword_service, &format!("ops_{account}"), true);
        check(onepassword_service, &format!("ops_{org}"), false);
    }

    #[test]
    fn text_tokens() {
        let b64 = |text: &str| BASE64_NOPAD.encode(text.as_bytes());
        let id = b64("123456789012345678");
        check(discord_bot, &format!("{id}.a.b"), true);
        check(
            discord_bot,
            &format!("{}.a.b", b64("12345678901234567x")),
            false,
        );
        check(discord_bot, &format!("{}.a.b", b64("1234")), false);
        check(elastic_cloud, &format!("essu_{}", b64("id:key")), true);
        check(elastic_cloud, &format!("essu_{}", b64("idkey")), false);
        let (id, key) = ("Ab-3".repeat(5), "c_D4".repeat(5));
        check(elastic_api_key, &b64(&format!("{id}:{key}xy")), true);
        check(elastic_api_key, &b64(&format!("{id}.{key}xy")), false);
        check(elastic_api_key, &b64(&format!("{id}:{key}x")), false);
        let token = format!("123456789012:{key}");
        check(atlassian_data_center, &b64(&token), true);
        check(atlassian_data_center, &b64(&token.replace('9', "x")), false);
        check(
            atlassian_data_center,
            &b64(token.trim_start_matches('1')),
            false,
        );
        check(intercom, &b64("tok:a_b:1:0"), true);
        check(intercom, &b64("tok?a_b:1:0"), false);
        check(jfrog_reference, &b64("reftkn:01:1234567890:abc"), true);
        check(jfrog_reference, &b64("reftkn:01:123456789x:abc"), false);
        check(jfrog_reference, &b64("reftkn:01"), false);
        let uuid = "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f";
        let ngc = format!("{}:{uuid}", "a1".repeat(13));
        check(some_digit, "keyAb3", true);
        check(some_digit, "keyboardShortcut", false);
        check(nvidia_ngc, &b64(&ngc), true);
        check(nvidia_ngc, &b64(&ngc.replace(':', ";")), false);
        check(nvidia_ngc, &b64(&ngc.replace('-', "0")), false);
        check(nvidia_ngc, &b64(ngc.trim_start_matches('a')), false);
    }
}
