//! Private keys.

use super::{
    Random,
    der::{integer, oid, sequence, small, value},
    wire::string,
};
use crate::validate::key;

/// The contents of the OIDs in `RSA`, `EC`, P-256 and PBES2 keys.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d];

/// Returns the key that the maker called `name` makes.
pub(super) fn by_name(name: &str, random: &mut Random) -> Option<String> {
    Some(match name {
        "pem-rsa" => pem("RSA PRIVATE KEY", &rsa(random)),
        "pem-ec" => pem("EC PRIVATE KEY", &ec(random, true)),
        "pem-dsa" => pem("DSA PRIVATE KEY", &dsa(random)),
        "pem-pkcs8" => pem("PRIVATE KEY", &pkcs8_rsa(random)),
        "pem-pkcs8-ec" => pem("PRIVATE KEY", &pkcs8_ec(random)),
        "pem-pkcs8-ed25519" => pem("PRIVATE KEY", &pkcs8_ed25519(random)),
        "pem-pkcs8-encrypted" => pem("ENCRYPTED PRIVATE KEY", &pkcs8_encrypted(random)),
        "pem-rsa-encrypted" => rsa_encrypted(random),
        "pem-public" => pem("PUBLIC KEY", &public(random)),
        "pem-certificate" => pem("CERTIFICATE", &random.bytes(600)),
        "pem-rsa-random" => pem("RSA PRIVATE KEY", &random.bytes(600)),
        "openssh" => pem("OPENSSH PRIVATE KEY", &openssh(random, false)),
        "openssh-encrypted" => pem("OPENSSH PRIVATE KEY", &openssh(random, true)),
        "pgp" => pgp("PGP PRIVATE KEY BLOCK", &pgp_key(random, 0)),
        "pgp-encrypted" => pgp("PGP PRIVATE KEY BLOCK", &pgp_key(random, 254)),
        "pgp-public" => pgp("PGP PUBLIC KEY BLOCK", &random.bytes(400)),
        "putty" => putty(random, "none"),
        "putty-encrypted" => putty(random, "aes256-cbc"),
        "age" => age("age-secret-key-", random, 52, true),
        "age-pq" => age("age-secret-key-pq-", random, 52, true),
        "age-plugin" => age("age-plugin-yubikey-", random, 70, true),
        "age-wrong" => age("age-secret-key-", random, 52, false),
        "nostr" => age("nsec", random, 52, true).to_ascii_lowercase(),
        "nostr-wrong" => age("nsec", random, 52, false).to_ascii_lowercase(),
        _ => return None,
    })
}

/// Returns base64 in lines of `width` characters, each ended by a line feed.
fn lines(bytes: &[u8], width: usize) -> String {
    let text = data_encoding::BASE64.encode(bytes);
    let mut out = String::new();
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % width == 0 {
            out.push('\n');
        }
        out.push(letter);
    }
    out + "\n"
}

/// Returns an RFC 7468 block.
fn pem(label: &str, body: &[u8]) -> String {
    block(label, &lines(body, 64))
}

fn block(label: &str, body: &str) -> String {
    let dashes = "-".repeat(5);
    format!("{dashes}BEGIN {label}{dashes}\n{body}{dashes}END {label}{dashes}")
}

fn rsa(random: &mut Random) -> Vec<u8> {
    let bits = [1024, 2048][random.below(2)];
    let mut values = vec![small(0), integer(random, bits), value(2, &[1, 0, 1])];
    values.push(integer(random, bits - 8));
    values.extend((0..5).map(|_| integer(random, bits / 2)));
    sequence(&values)
}

fn dsa(random: &mut Random) -> Vec<u8> {
    let mut values = vec![small(0)];
    values.extend([1024, 160, 1024, 1024, 160].map(|bits| integer(random, bits)));
    sequence(&values)
}

fn ec(random: &mut Random, with_curve: bool) -> Vec<u8> {
    let mut values = vec![small(1), value(4, &random.bytes(32))];
    if with_curve {
        values.push(value(0xa0, &oid(P256)));
    }
    let mut point = vec![0, 4];
    point.extend(random.bytes(64));
    values.push(value(0xa1, &value(3, &point)));
    sequence(&values)
}

fn pkcs8(algorithm: Vec<u8>, key: &[u8]) -> Vec<u8> {
    sequence(&[small(0), algorithm, value(4, key)])
}

fn pkcs8_rsa(random: &mut Random) -> Vec<u8> {
    let algorithm = sequence(&[oid(RSA), value(5, &[])]);
    pkcs8(algorithm, &rsa(random))
}

fn pkcs8_ec(random: &mut Random) -> Vec<u8> {
    pkcs8(sequence(&[oid(EC), oid(P256)]), &ec(random, false))
}

fn pkcs8_ed25519(random: &mut Random) -> Vec<u8> {
    pkcs8(sequence(&[oid(ED25519)]), &value(4, &random.bytes(32)))
}

fn pkcs8_encrypted(random: &mut Random) -> Vec<u8> {
    let salt = sequence(&[value(4, &random.bytes(8)), value(2, &[8, 0])]);
    let scheme = sequence(&[oid(PBES2), salt]);
    let len = (rsa(random).len() / 16 + 1) * 16;
    sequence(&[scheme, value(4, &random.bytes(len))])
}

/// Returns a key encrypted as in RFC 1421.
fn rsa_encrypted(random: &mut Random) -> String {
    let iv = random.text("0123456789ABCDEF", 32);
    let body = lines(&random.bytes(1200), 64);
    block(
        "RSA PRIVATE KEY",
        &format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{iv}\n\n{body}"),
    )
}

fn public(random: &mut Random) -> Vec<u8> {
    let key = sequence(&[integer(random, 2048), value(2, &[1, 0, 1])]);
    sequence(&[sequence(&[oid(RSA), value(5, &[])]), value(3, &key)])
}

fn openssh(random: &mut Random, encrypted: bool) -> Vec<u8> {
    let kind = string(b"ssh-ed25519");
    let public = [kind, string(&random.bytes(32))].concat();
    let check = random.bytes(4);
    let private = if encrypted {
        random.bytes(144)
    } else {
        let key = string(&random.bytes(64));
        let mut private = [&check, &check, &public, &key, &string(b"me@host")]
            .map(Vec::as_slice)
            .concat();
        private.extend(1..=u8::try_from(8 - private.len() % 8).unwrap_or(8));
        private
    };
    let (cipher, kdf, options) = if encrypted {
        let options = [string(&random.bytes(16)), vec![0, 0, 0, 16]].concat();
        ("aes256-ctr", "bcrypt", options)
    } else {
        ("none", "none", Vec::new())
    };
    [
        b"openssh-key-v1\0".to_vec(),
        string(cipher.as_bytes()),
        string(kdf.as_bytes()),
        string(&options),
        vec![0, 0, 0, 1],
        string(&public),
        string(&private),
    ]
    .concat()
}

/// Returns a version 4 `EdDSA` secret key packet (RFC 9580 section 5.5.3) with this S2K usage.
fn pgp_key(random: &mut Random, usage: u8) -> Vec<u8> {
    let mut body = vec![4];
    body.extend(random.bytes(4));
    body.push(22);
    body.extend([9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1]);
    body.extend([0x01, 0x07, 0x40]);
    body.extend(random.bytes(32));
    body.push(usage);
    body.extend(random.bytes(48));
    let mut packet = vec![0x94, u8::try_from(body.len()).unwrap_or(u8::MAX)];
    packet.extend(body);
    // A user id and a signature follow.
    packet.extend([0xb4, 3, b'x', b'@', b'y', 0x88, 90]);
    packet.extend(random.bytes(90));
    packet
}

fn pgp(label: &str, packets: &[u8]) -> String {
    let sum = data_encoding::BASE64.encode(&key::crc24(packets).to_be_bytes()[1..]);
    block(label, &format!("\n{}={sum}\n", lines(packets, 64)))
}

fn putty(random: &mut Random, cipher: &str) -> String {
    let (public, private) = (lines(&random.bytes(279), 64), lines(&random.bytes(580), 64));
    let mac = random.text("0123456789abcdef", 64);
    format!(
        "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: {cipher}\nComment: rsa-key-20240101\n\
         Public-Lines: {}\n{public}Private-Lines: {}\n{private}Private-MAC: {mac}",
        public.lines().count(),
        private.lines().count(),
    )
}

/// Returns an age identity with `len` data characters; with a wrong checksum when `right` is false.
fn age(prefix: &str, random: &mut Random, len: usize, right: bool) -> String {
    const ALPHABET: &[u8; 32] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    let mut values: Vec<u8> = random.bytes(len).iter().map(|b| b & 31).collect();
    let mut sum = key::bech32_checksum(prefix.as_bytes(), &values);
    if !right {
        sum[0] ^= 1;
    }
    values.extend(sum);
    let data: String = values
        .iter()
        .map(|v| char::from(ALPHABET[usize::from(*v & 31)]))
        .collect();
    format!("{}1{data}", prefix.to_ascii_uppercase())
}
