use super::{Budget, HEAD_BYTES, Kind, Visit, kind, read};

#[test]
fn kinds() {
    let mut tar = [0; HEAD_BYTES];
    tar[257..262].copy_from_slice(b"ustar");
    for (head, expected) in [
        (&tar[..], Some(Kind::Tar)),
        (b"PK\x03\x04", Some(Kind::Zip)),
        (b"\x1f\x8b\x08\0", Some(Kind::Gzip)),
        (b"From a@b.c Thu Jan  1 00:00:00 2026\n", Some(Kind::Mail)),
        (b"received: from a\n", Some(Kind::Mail)),
        (b"From here on it is 12:00\n", None),
        (b"From here on", None),
        (b"Subject: x\n", None),
        (b"PK", None),
        (b"", None),
    ] {
        assert_eq!(kind(head), expected, "{head:?}");
    }
}

/// Fails at the first member, as a reader with a defect would.
struct Failing(Vec<String>);

impl Visit for Failing {
    fn member(&mut self, _: &[u8], _: &[u8], _: &mut Budget) -> bool {
        panic!("a defect")
    }

    fn skip(&mut self, _: &[u8], reason: String, incomplete: bool) {
        assert!(!incomplete, "a mail was looked at as it is");
        self.0.push(reason);
    }
}

#[test]
fn a_reader_that_fails_ends_no_scan() {
    let mut visit = Failing(Vec::new());
    let mail = b"MIME-Version: 1.0\n\ntext";
    read(Kind::Mail, b"x", mail, &mut Budget::default(), &mut visit);
    assert_eq!(visit.0.len(), 1);
    assert!(visit.0[0].contains("please report"), "{:?}", visit.0);
}
