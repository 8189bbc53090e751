//! Where secrets come from, what is left out, and what the store keeps.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{Pair, User, drawn, forms, tells_nothing};

#[test]
fn the_aws_command_line() {
    let user = User::new();
    let (one, two) = (Pair::drawn(1), Pair::drawn(2));
    let text = format!(
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n\n[work]\naws_access_key_id={}\naws_secret_access_key={}\n",
        one.id, one.secret, two.id, two.secret
    );
    user.run(["guard", "add", "--aws"])
        .complains(&[".aws/credentials", "No such file"]);
    user.write_home(".aws/credentials", text);
    let ran = user.run(["guard", "add", "--aws", "--profile", "wrk"]);
    ran.complains(&["\"wrk\"", ".aws/credentials"]);
    user.run(["guard", "add", "--aws", "--profile", "work"])
        .ends(0);
    assert_eq!(user.names(), ["work/aws_secret_access_key"]);
    let ran = user.run(["guard", "add", "--aws"]).ends(0);
    assert!(ran.out.contains("there already  work/"), "{ran:#?}");
    assert_eq!(
        user.names(),
        [
            "work/aws_secret_access_key",
            "default/aws_secret_access_key"
        ]
    );
    tells_nothing(&ran.out, &one.secret);
    // A second time changes nothing.
    let before = fs::read(user.store()).unwrap();
    user.run(["guard", "add", "--aws"]).ends(0);
    assert_eq!(fs::read(user.store()).unwrap(), before);
}

#[test]
fn env_files_by_name_and_those_that_git_ignores() {
    let user = User::new();
    let (password, token, url) = (drawn(1), drawn(2), drawn(3));
    let text = format!(
        "DB_PASSWORD='{password}'\nexport MAIL_TOKEN=\"{token}\" # comment\nLOG_LEVEL=verbose-logging\nADMIN_PASSWORD=changeme\n\
         DATABASE_URL=postgres://me:{url}@db/app\nEMPTY=\n"
    );
    user.repo.write(".gitignore", "*.env\n.env.local\n");
    user.repo.write("app/prod.env", &text);
    user.repo.write("sample.txt.env.example", &text);
    user.run(["guard", "add", "--env-file", "nowhere.env"])
        .complains(&["nowhere.env", "cannot read"]);
    let ran = user.run(["guard", "add", "--ignored"]).ends(0);
    assert_eq!(
        user.names(),
        ["DB_PASSWORD", "MAIL_TOKEN", "DATABASE_URL (password)"]
    );
    for said in ["left out       LOG_LEVEL", "left out       ADMIN_PASSWORD"] {
        assert!(ran.out.contains(said), "{said:?} {ran:#?}");
    }
    for secret in [&password, &token, &url] {
        tells_nothing(&ran.out, secret);
    }
    assert!(!ran.out.contains("verbose-logging"), "{ran:#?}");
    let ran = user
        .run(["guard", "add", "--env-file", "app/prod.env", "--all"])
        .ends(0);
    // A name or a word stays what it is.
    assert!(ran.out.contains("left out       LOG_LEVEL"), "{ran:#?}");
}

#[test]
fn variables_lists_and_standard_input() {
    let user = User::new();
    let (one, two, three) = (drawn(1), drawn(2), drawn(3));
    let mut command = user.command(["guard", "add", "--env", "MY_SECRET"]);
    command.env("MY_SECRET", &one);
    super::Ran::of(&command.output().unwrap()).ends(0);
    let ran = user.run(["guard", "add", "--env", "OTHER"]);
    ran.complains(&["OTHER is not set"]);
    // Who gives the value instead is not told it.
    let ran = user.run(["guard", "add", "--env", &two]);
    assert!(!ran.err.contains(&two), "{ran:#?}");
    ran.complains(&["is not set"]);
    user.repo.write("list.txt", format!("{two}\n\n"));
    user.run(["guard", "add", "--list", "list.txt", "--name", "two"])
        .ends(0);
    user.guards("three", &format!("{three}\n"));
    assert_eq!(user.names(), ["MY_SECRET", "two", "three"]);
    let ran = user
        .given(&["guard", "add", "-"], "short\nlocalhost\n")
        .ends(2);
    assert!(
        ran.out.contains("standard input:1") && ran.out.contains("fewer than 8 bytes"),
        "{ran:#?}"
    );
    assert_eq!(user.names().len(), 3);
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    let user = User::new();
    let secret = drawn(1);
    let ran = user.run(["guard", "add", &secret]);
    tells_nothing(&ran.err, &secret);
    ran.complains(&["history", "--list FILE"]);
    user.run(["guard", "add"])
        .complains(&["--aws", "--env-file"]);
    user.run(["guard", "add", "--profile", "x"])
        .complains(&["--aws"]);
    assert!(!user.store().exists());
}

#[test]
fn the_store_is_private_and_tells_nothing() {
    let user = User::new();
    let secret = drawn(1);
    user.guards("one", &secret);
    let mode = fs::metadata(user.store()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let folder = fs::metadata(user.store().parent().unwrap()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    let store = fs::read_to_string(user.store()).unwrap();
    tells_nothing(&store, &secret);
    // Nor a part of it.
    for (form, written) in forms(&secret) {
        for part in written.windows(7) {
            assert_eq!(memchr::memmem::find(store.as_bytes(), part), None, "{form}");
        }
    }
    let names: Vec<_> = fs::read_dir(user.store().parent().unwrap())
        .unwrap()
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    fs::set_permissions(user.store(), fs::Permissions::from_mode(0o644)).unwrap();
    let ran = user.run(["guard", "list"]).ends(0);
    assert!(ran.err.contains("chmod 600"), "{ran:#?}");
    tells_nothing(&ran.out, &secret);
    user.guards("two", &drawn(2));
    let mode = fs::metadata(user.store()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn list_and_remove() {
    let user = User::new();
    let ran = user.run(["guard", "list"]).ends(0);
    assert!(ran.out.contains("nothing is guarded"), "{ran:#?}");
    user.run(["guard", "remove", "one"])
        .complains(&["nothing is guarded"]);
    user.guards("one", &drawn(1));
    user.guards("two", &drawn(2));
    let list = user.list();
    assert_eq!(list[0]["length"], "16-31");
    assert_eq!(list[0]["source"], "standard input");
    assert!(list[0]["forms"].as_array().unwrap().len() > 5, "{list}");
    user.run(["guard", "remove", "on"])
        .complains(&["\"on\"", "did you mean `one`"]);
    user.run(["guard", "remove"]).complains(&["NAME"]);
    user.run(["guard", "remove", "one"]).ends(0);
    assert_eq!(user.names(), ["two"]);
    user.run(["guard", "remove", "--all"]).ends(0);
    assert_eq!(user.names(), [""; 0]);
}

#[test]
fn what_was_rotated_is_read_again_and_the_old_one_stays() {
    let user = User::new();
    let (old, new) = (drawn(1), drawn(2));
    let file = user.write_home(
        "app.env",
        format!("API_TOKEN={old}\nOTHER_TOKEN={}\n", drawn(3)),
    );
    let path = file.to_str().unwrap();
    user.run(["guard", "add", "--env-file", path]).ends(0);
    user.run(["guard", "remove", "OTHER_TOKEN"]).ends(0);
    fs::write(
        &file,
        format!("API_TOKEN={new}\nOTHER_TOKEN={}\n", drawn(3)),
    )
    .unwrap();
    let ran = user.run(["guard", "refresh"]).ends(0);
    assert!(ran.out.contains("guarded        API_TOKEN"), "{ran:#?}");
    // What was removed does not come back.
    assert_eq!(user.names(), ["API_TOKEN", "API_TOKEN"]);
    fs::remove_file(&file).unwrap();
    let ran = user.run(["guard", "refresh"]).ends(0);
    assert!(
        ran.out.contains("gone") && ran.out.contains("stays guarded"),
        "{ran:#?}"
    );
    assert_eq!(user.names().len(), 2);
    let leaks = |secret: &str, code| {
        user.repo.write("leak", format!("{secret}\n"));
        user.run(["scan", "leak"]).ends(code);
    };
    leaks(&old, 1);
    leaks(&new, 1);
    user.run(["guard", "remove", "--old"]).ends(0);
    leaks(&old, 0);
    leaks(&new, 1);
    user.run(["guard", "remove", "API_TOKEN", "--old"]).ends(0);
    leaks(&new, 1);
}

#[test]
fn a_broken_store_is_trouble() {
    let user = User::new();
    user.guards("one", &drawn(1));
    let good = fs::read_to_string(user.store()).unwrap();
    let broken = [
        good.split_at(good.len() / 2).0,
        "",
        "{}",
        &good.replace("guard 1", "guard 2"),
        &good.replace("\"one\"", "\"two\""),
    ];
    for text in broken {
        fs::write(user.store(), text).unwrap();
        for args in [
            &["scan", "README"][..],
            &["hook", "pre-commit"],
            &["guard", "list"],
            &["guard", "add", "--env", "HOME"],
        ] {
            let ran = user.run(args.iter().copied());
            ran.complains(&[".config/keyfence/guard", "restore the file", "--no-guard"]);
        }
        assert_eq!(fs::read_to_string(user.store()).unwrap(), text);
        user.run(["scan", "--no-guard", "README"]).ends(0);
    }
    fs::remove_file(user.store()).unwrap();
    fs::create_dir(user.store()).unwrap();
    user.run(["scan", "README"]).complains(&["it is no file"]);
}

#[test]
fn two_at_once_do_not_overwrite_each_other() {
    let user = User::new();
    user.guards("one", &drawn(1));
    let lock = user.write_home(".config/keyfence/guard.new", "");
    let ran = user.given(&["guard", "add", "-"], &drawn(2));
    ran.complains(&["another", "guard.new"]);
    assert!(lock.exists());
    fs::remove_file(lock).unwrap();
    user.guards("two", &drawn(2));
}
