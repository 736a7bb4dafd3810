//! What is said becomes what is meant.

use server::config::{Config, ConfigError, MailTo, Said, Source};

fn said(pairs: &[(&str, &str)]) -> Said {
    pairs.iter().fold(Said::default(), |said, (key, value)| {
        said.with(key, Some(*value))
    })
}

fn env(pairs: &[(&str, &str)]) -> Said {
    Said::from_env(
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
    )
}

#[test]
fn flags_go_before_the_environment_before_the_file_before_the_defaults() {
    let flag = said(&[("listen", "flag:1")]);
    let variable = env(&[("CLEARCUE_LISTEN", "env:2")]);
    let file = Said::from_toml("listen = \"file:3\"").unwrap();
    let none = Said::default();
    for (flags, env, file, wanted, source) in [
        (&flag, &variable, &file, "flag:1", Source::Flag),
        (&none, &variable, &file, "env:2", Source::Environment),
        (&none, &none, &file, "file:3", Source::File),
        (&none, &none, &none, "127.0.0.1:8080", Source::Default),
        (&flag, &none, &file, "flag:1", Source::Flag),
        (&flag, &variable, &none, "flag:1", Source::Flag),
    ] {
        let config = Config::of(flags, env, file).unwrap();
        assert_eq!(
            (config.listen.as_str(), config.source("listen")),
            (wanted, source)
        );
    }
}

#[test]
fn a_proxy_is_believed_only_where_that_was_said() {
    let none = Said::default();
    let of = |text: &str| Config::of(&none, &none, &Said::from_toml(text).unwrap());
    assert!(!of("").unwrap().behind_proxy);
    assert!(of("behind_proxy = \"yes\"").unwrap().behind_proxy);
    let wrong = of("behind_proxy = \"maybe\"").unwrap_err();
    assert!(matches!(
        wrong,
        ConfigError::Value {
            key: "behind_proxy",
            ..
        }
    ));
}

#[test]
fn each_key_is_decided_on_its_own() {
    let file = Said::from_toml("name = \"Night Market\"\ncommission_bp = 1000").unwrap();
    let config = Config::of(&said(&[("terms", "2027")]), &Said::default(), &file).unwrap();
    assert_eq!(config.settings.name, "Night Market");
    assert_eq!(config.settings.terms, "2027");
    assert_eq!(config.settings.rates.commission_bp, 1000);
    assert_eq!(config.settings.rates.reserve_bp, 500);
}

#[test]
fn an_unknown_key_is_an_error_that_names_it() {
    let error = Said::from_toml("name = \"x\"\nlisten_on = \"y\"").unwrap_err();
    assert_eq!(error, ConfigError::UnknownKey("listen_on".into()));
    assert!(error.to_string().contains("`listen_on`"));
}

#[test]
fn a_value_that_makes_no_sense_is_named_with_who_said_it() {
    for (key, value) in [
        ("currency", "XYZ"),
        ("currency", "EUR"),
        ("public_url", "music.example"),
        ("public_url", "https://a b"),
        ("commission_bp", "10001"),
        ("commission_bp", "-1"),
        ("provider_fee_fixed_micros", "much"),
        ("tax", "inclusive"),
        ("tax", "exclusive:99999"),
        ("name", "two\nlines"),
    ] {
        let error = Config::of(&Said::default(), &said(&[(key, value)]), &Said::default());
        let text = error.unwrap_err().to_string();
        assert!(
            text.contains(key) && text.contains("(environment)"),
            "{text}"
        );
    }
}

#[test]
fn the_public_address_follows_the_port_unless_somebody_says_another() {
    let address = "127.0.0.1:4711".parse().unwrap();
    let none = Said::default();
    let mut config = Config::of(&said(&[("listen", "127.0.0.1:0")]), &none, &none).unwrap();
    config.listening_on(address);
    assert_eq!(config.settings.public_url, "http://127.0.0.1:4711");
    let said = said(&[("public_url", "https://music.example/")]);
    let mut config = Config::of(&said, &none, &none).unwrap();
    config.listening_on(address);
    assert_eq!(config.settings.public_url, "https://music.example");
}

#[test]
fn a_database_password_is_not_shown() {
    let flags = said(&[("database", "postgres://me:secret@host/db")]);
    let config = Config::of(&flags, &Said::default(), &Said::default()).unwrap();
    assert_eq!(config.database, "postgres://me:secret@host/db");
    let shown = config
        .entries
        .iter()
        .find(|entry| entry.key.name == "database")
        .unwrap();
    assert_eq!(shown.value, "postgres://me:…@host/db");
}

#[test]
fn empty_and_foreign_variables_say_nothing() {
    let env = env(&[
        ("CLEARCUE_NAME", ""),
        ("CLEARCUE_STORE", "x"),
        ("NAME", "y"),
    ]);
    assert_eq!(env, Said::default());
}

#[test]
fn a_mail_server_is_said_in_a_table_or_flat_and_its_password_is_not_shown() {
    let none = Said::default();
    let of = |text: &str| Config::of(&none, &none, &Said::from_toml(text).unwrap());
    assert_eq!(of("").unwrap().mail, MailTo::Folder("mails".into()));
    let table = "[mail]\nby = \"smtp\"\nhost = \"smtp.example.net\"\nport = 465\n\
                 security = \"tls\"\nuser = \"music\"\npassword = \"secret word\"\n";
    let flat = "mail_by = \"smtp\"\nmail_host = \"smtp.example.net\"\nmail_port = 465\n\
                mail_security = \"tls\"\nmail_user = \"music\"\nmail_password = \"secret word\"\n";
    let config = of(table).unwrap();
    let MailTo::Smtp(server) = &config.mail else {
        panic!("{:?}", config.mail);
    };
    assert_eq!(
        (server.host.as_str(), server.port),
        ("smtp.example.net", 465)
    );
    let login = server.login.clone().unwrap();
    assert_eq!(login, ("music".to_owned(), "secret word".to_owned()));
    assert_eq!(of(flat).unwrap().mail, config.mail);
    let shown = format!("{:?} {:?}", config.entries, config.mail);
    assert!(!shown.contains("secret word"), "{shown}");
}

#[test]
fn raw_reports_are_kept_for_ever_or_for_36_days_and_more() {
    let none = Said::default();
    let of = |text: &str| Config::of(&none, &none, &Said::from_toml(text).unwrap());
    assert_eq!(of("").unwrap().settings.keep_raw_days, None);
    for text in [
        "[meter]\nkeep_raw_days = 36",
        "meter_keep_raw_days = \"36\"",
        "meter.keep_raw_days = 36",
    ] {
        assert_eq!(of(text).unwrap().settings.keep_raw_days, Some(36), "{text}");
    }
    for value in ["35", "0", "-1", "36501", "\"for ever\""] {
        let wrong = of(&format!("[meter]\nkeep_raw_days = {value}")).unwrap_err();
        assert!(wrong.to_string().contains("from 36"), "{value}: {wrong}");
    }
}

#[test]
fn a_mail_server_that_cannot_be_right_is_refused_by_its_key() {
    let none = Said::default();
    let smtp = "mail_by = \"smtp\"\nmail_host = \"smtp.example.net\"\n";
    for (text, wanted) in [
        ("mail_by = \"pigeon\"".to_owned(), "mail_by"),
        ("mail_by = \"smtp\"".to_owned(), "mail_host"),
        ("mail_from = \"nobody\"".to_owned(), "mail_from"),
        (
            "mail_from = \"a@b.de\\r\\nBcc: c@d.de\"".to_owned(),
            "mail_from",
        ),
        (format!("{smtp}mail_port = 0"), "mail_port"),
        (format!("{smtp}mail_port = 70000"), "mail_port"),
        (format!("{smtp}mail_security = \"none\""), "mail_security"),
        (format!("{smtp}mail_security = \"ssl\""), "mail_security"),
        (format!("{smtp}mail_user = \"music\""), "mail_password"),
        (format!("{smtp}mail_password = \"x\""), "mail_user"),
    ] {
        let said = Said::from_toml(&text).unwrap();
        let wrong = Config::of(&none, &none, &said).unwrap_err();
        let named = matches!(&wrong, ConfigError::Value { key, .. } if *key == wanted);
        assert!(named, "{text}: {wrong}");
    }
    let unknown = Said::from_toml("[mail]\nhosst = \"x\"").unwrap_err();
    assert_eq!(unknown, ConfigError::UnknownKey("mail.hosst".into()));
}
