//! keyfence finds nothing in its own tree.

use std::process::Command;

#[test]
fn nothing_is_found_in_the_own_tree() {
    let output = Command::new(env!("CARGO_BIN_EXE_keyfence"))
        .args(["scan", "--no-allow", "--color", "never"])
        .arg(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("no secrets found"), "{told}");
}
