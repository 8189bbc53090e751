//! What private keys look like in DER: PKCS #8 (RFC 5958), PKCS #1 (RFC 8017 appendix A.1.2), SEC 1 (RFC 5915), the DSA form of OpenSSL,
//! and encrypted PKCS #8.

use super::{
    der::{BIT_STRING, Der, INTEGER, OCTET_STRING, OID, SEQUENCE},
    public::{self, PublicKey},
};

/// What a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// `rsa`, `ec`, `ed25519`, …; nothing when it is encrypted or not known.
    pub(super) kind: Option<&'static str>,
    /// Its size, where it is cheap to know.
    pub(super) bits: Option<usize>,
    /// True when a passphrase protects it.
    pub(super) encrypted: bool,
    /// The public half, where the key has it.
    pub(super) public: Option<PublicKey>,
}

impl Key {
    fn plain(kind: impl Into<Option<&'static str>>, bits: Option<usize>) -> Self {
        Self {
            kind: kind.into(),
            bits,
            encrypted: false,
            public: None,
        }
    }

    fn with_public(self, public: Option<PublicKey>) -> Self {
        Self { public, ..self }
    }
}

/// Algorithms by the contents of their object identifier: RFC 8017, RFC 5480, RFC 3279, RFC 8410, RFC 9881.
const ALGORITHMS: &[(&[u8], &str)] = &[
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1], "rsa"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10], "rsa-pss"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1], "dh"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], "ec"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1], "dsa"),
    (&[0x2b, 0x65, 0x6e], "x25519"),
    (&[0x2b, 0x65, 0x6f], "x448"),
    (&[0x2b, 0x65, 0x70], "ed25519"),
    (&[0x2b, 0x65, 0x71], "ed448"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17], "ml-dsa-44"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 18], "ml-dsa-65"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 19], "ml-dsa-87"),
];

/// Returns the key that `der` is, from its first byte to its last.
pub(super) fn key(der: &[u8]) -> Option<Key> {
    let mut outer = Der::new(der);
    let body = outer.enter(SEQUENCE)?;
    if !outer.is_empty() {
        return None;
    }
    pkcs8(body)
        .or_else(|| pkcs1(body))
        .or_else(|| sec1(body, None))
        .or_else(|| dsa(body))
        .or_else(|| encrypted_pkcs8(body))
}

/// Returns which part of a key (0 to 1) is there in `der`, whose end is missing; nothing when it does not start as a key does.
pub(super) fn cut_key(der: &[u8]) -> Option<f64> {
    let (mut body, whole) = Der::new(der).enter_cut(SEQUENCE)?;
    if whole <= der.len() || whole > 16 * 1024 || body.small()? > 1 {
        return None;
    }
    let starts = match body.peek()? {
        // RSA and DSA: a number of at least 512 bits follows the version.
        INTEGER => body.enter_cut(INTEGER).is_some_and(|(_, len)| len >= 64),
        SEQUENCE => algorithm(body.enter(SEQUENCE)?).is_some(),
        OCTET_STRING => (16..=80).contains(&body.enter_cut(OCTET_STRING)?.1),
        _ => false,
    };
    #[expect(clippy::cast_precision_loss, reason = "both are below 16 Ki")]
    starts.then_some(der.len() as f64 / whole as f64)
}

/// An `AlgorithmIdentifier`.
pub(super) struct Algorithm<'a> {
    /// The name, where it is known.
    pub(super) name: Option<&'static str>,
    /// The contents of the parameters when they are an OID.
    pub(super) curve: Option<&'a [u8]>,
}

/// Returns the `AlgorithmIdentifier` that this is.
pub(super) fn algorithm(mut identifier: Der<'_>) -> Option<Algorithm<'_>> {
    let oid = identifier.take(OID)?;
    let known = ALGORITHMS.iter().find(|(known, _)| *known == oid);
    Some(Algorithm {
        name: known.map(|(_, name)| *name),
        curve: identifier.take(OID),
    })
}

fn pkcs8(mut body: Der<'_>) -> Option<Key> {
    if body.small()? > 1 {
        return None;
    }
    let Algorithm { name: kind, curve } = algorithm(body.enter(SEQUENCE)?)?;
    let key = body.take(OCTET_STRING)?;
    let inner = || Der::new(key).enter(SEQUENCE);
    let mut public = None;
    let bits = match kind {
        Some("rsa" | "rsa-pss") => {
            let key = pkcs1(inner()?)?;
            public = key.public;
            key.bits
        }
        Some("ec") => {
            public = sec1(inner()?, curve)?.public;
            curve.and_then(curve_bits)
        }
        Some("ed25519" | "x25519") => {
            let seed = Der::new(key).take(OCTET_STRING)?;
            // Attributes are [0], the public key is [1] (RFC 5958 section 2).
            let _attributes = body.take(0xa0);
            let own = body.take(0x81).and_then(public::bits);
            public = own
                .filter(|_| kind == Some("ed25519"))
                .map(PublicKey::ed25519);
            Some(256).filter(|_| seed.len() == 32)
        }
        // Algorithms come faster than this table grows; the frame and random contents tell enough.
        _ => (key.len() >= 24 && super::is_varied(key)).then_some(None)?,
    };
    Some(Key::plain(kind, bits).with_public(public))
}

fn pkcs1(mut body: Der<'_>) -> Option<Key> {
    if body.small()? > 1 {
        return None;
    }
    let mut halves = body;
    let public = halves.take(INTEGER).zip(halves.take(INTEGER));
    let public = public.map(|(modulus, exponent)| PublicKey::rsa(modulus, exponent));
    let bits = body.bits()?;
    for _ in 0..7 {
        body.bits()?;
    }
    (bits >= 256).then(|| Key::plain("rsa", Some(bits)).with_public(public))
}

fn dsa(mut body: Der<'_>) -> Option<Key> {
    if body.small()? != 0 {
        return None;
    }
    let bits = body.bits()?;
    for _ in 0..4 {
        body.bits()?;
    }
    (bits >= 256 && body.is_empty()).then(|| Key::plain("dsa", Some(bits)))
}

/// Returns an EC key; `outer` is the curve that PKCS #8 says.
fn sec1(mut body: Der<'_>, outer: Option<&[u8]>) -> Option<Key> {
    if body.small()? != 1 {
        return None;
    }
    let scalar = body.take(OCTET_STRING)?;
    let curve = body.enter(0xa0).and_then(|mut params| params.take(OID));
    let curve = curve.or(outer);
    let mut public = None;
    if let Some(mut own) = body.enter(0xa1) {
        let name = curve.and_then(curve_name);
        let point = public::bits(own.take(BIT_STRING)?);
        public = name
            .zip(point)
            .map(|(name, point)| PublicKey::ec(name, point));
    }
    (14..=72)
        .contains(&scalar.len())
        .then(|| Key::plain("ec", curve.and_then(curve_bits)).with_public(public))
}

/// Returns the size of a named curve of RFC 5480 or SEC 2.
fn curve_bits(oid: &[u8]) -> Option<usize> {
    Some(match oid {
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7] | [0x2b, 0x81, 0x04, 0, 0x0a] => 256,
        [0x2b, 0x81, 0x04, 0, 0x21] => 224,
        [0x2b, 0x81, 0x04, 0, 0x22] => 384,
        [0x2b, 0x81, 0x04, 0, 0x23] => 521,
        _ => return None,
    })
}

/// Returns what RFC 5656 section 10.1 calls a curve.
pub(super) fn curve_name(oid: &[u8]) -> Option<&'static str> {
    Some(match oid {
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7] => "nistp256",
        [0x2b, 0x81, 0x04, 0, 0x22] => "nistp384",
        [0x2b, 0x81, 0x04, 0, 0x23] => "nistp521",
        _ => return None,
    })
}

fn encrypted_pkcs8(mut body: Der<'_>) -> Option<Key> {
    let mut identifier = body.enter(SEQUENCE)?;
    // PKCS #5 and PKCS #12 encryption: 1.2.840.113549.1.5 and 1.2.840.113549.1.12.1.
    let oid = identifier.take(OID)?;
    let known = [&[1, 5][..], &[1, 12, 1]].iter().any(|arc| {
        oid.strip_prefix(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d][..])
            .is_some_and(|tail| tail.starts_with(arc))
    });
    let data = body.take(OCTET_STRING)?;
    (known && data.len() >= 32 && super::is_varied(data) && body.is_empty()).then_some(Key {
        kind: None,
        bits: None,
        encrypted: true,
        public: None,
    })
}
