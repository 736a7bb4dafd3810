//! Signed notes and checkpoints: published values, strictness, and hostile bytes.

use proptest::prelude::*;
use tlog::{
    Checkpoint, CheckpointError, KeyError, Leaf, MAX_NOTE_BYTES, Note, NoteError, Proof,
    SigningKey, VerifyingKey,
};

use crate::common::World;

/// The published key and note that implementations of signed notes test with.
const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SKEY: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n";
const LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signed_by(note: &str, key: &VerifyingKey) -> Result<String, NoteError> {
    Note::parse(note.as_bytes())?
        .signed_by(key)
        .map(str::to_owned)
}

#[test]
fn the_published_note_is_accepted_and_its_key_reads_and_writes_the_same() {
    let key = VerifyingKey::parse(VKEY).unwrap();
    assert_eq!(key.to_string(), VKEY);
    assert_eq!(signed_by(&format!("{TEXT}\n{LINE}"), &key).unwrap(), TEXT);
    let secret = SigningKey::parse(SKEY).unwrap();
    assert_eq!(
        (secret.secret_text().as_str(), secret.public()),
        (SKEY, &key)
    );
    assert_eq!(format!("{secret:?}"), format!("SigningKey({VKEY})"));
}

#[test]
fn a_mangled_key_is_refused_with_its_reason() {
    for (text, error) in [
        ("", KeyError::Form),
        ("PeterNeumann", KeyError::Form),
        ("PeterNeumann+c74f20a3", KeyError::Form),
        (
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Form,
        ),
        (
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
            KeyError::Form,
        ),
        ("PeterNeumann+c74f20a3+AxpcQQ==", KeyError::Type),
        (
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Hash,
        ),
        (
            "Peter+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Hash,
        ),
        (
            "Peter N+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Name,
        ),
        (
            "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            KeyError::Name,
        ),
        (
            "PeterNeumann+c74f20a3+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            KeyError::Point,
        ),
    ] {
        assert_eq!(VerifyingKey::parse(text), Err(error), "{text}");
    }
    assert_eq!(SigningKey::parse(VKEY).unwrap_err(), KeyError::Form);
    assert_eq!(
        SigningKey::from_seed("a+b", &[1; 32]).unwrap_err(),
        KeyError::Name
    );
}

#[test]
fn a_note_is_refused_unless_the_trusted_key_signed_it_once_and_well() {
    let key = VerifyingKey::parse(VKEY).unwrap();
    let bad = LINE.replace("x08go/ZJ", "x08go/ZK");
    let other = LINE.replace("PeterNeumann", "PeterNeumann2");
    for (note, error) in [
        (format!("{TEXT}{LINE}"), NoteError::Form),
        (format!("{TEXT}\n{}", LINE.trim_end()), NoteError::Form),
        (format!("{TEXT}\n{LINE}\n"), NoteError::Form),
        (format!("{TEXT}\t\n\n{LINE}"), NoteError::Form),
        (format!("{TEXT}\r\n\n{LINE}"), NoteError::Form),
        (format!("{TEXT}\n{LINE}x\n"), NoteError::SignatureLine(2)),
        (
            format!("{TEXT}\n{}", LINE.replace('—', "-")),
            NoteError::SignatureLine(1),
        ),
        (
            format!("{TEXT}\n{}", LINE.replace("AM=", "AN=")),
            NoteError::SignatureLine(1),
        ),
        (
            format!("{TEXT}\n{}", other.repeat(33)),
            NoteError::TooManySignatures,
        ),
        (format!("{TEXT}\n{other}"), NoteError::NotSigned),
        (format!("{TEXT}\n{LINE}{LINE}"), NoteError::SignedTwice),
        (format!("{TEXT}\n{bad}"), NoteError::Signature),
        (format!("{TEXT} \n\n{LINE}"), NoteError::Signature),
        ("x".repeat(MAX_NOTE_BYTES + 1), NoteError::TooLong),
        (String::new(), NoteError::Form),
    ] {
        assert_eq!(signed_by(&note, &key), Err(error), "{note:.300}");
    }
}

#[test]
fn signatures_of_witnesses_and_of_unknown_kinds_are_let_be() {
    let key = VerifyingKey::parse(VKEY).unwrap();
    let witness = "— witness.example/w AAAAAQE=\n";
    let note = format!(
        "{TEXT}\n{witness}{witness}{LINE}— other.example/ml {}\n",
        "AAAA".repeat(900)
    );
    assert_eq!(signed_by(&note, &key).unwrap(), TEXT);
    let parsed = Note::parse(note.as_bytes()).unwrap();
    assert_eq!(parsed.signers().count(), 4);
}

#[test]
fn a_checkpoint_has_one_spelling() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let good = format!("example.com/behind-the-sofa\n20852163\n{root}\n");
    let checkpoint = Checkpoint::parse(&good).unwrap();
    assert_eq!(checkpoint.head.size, 20_852_163);
    assert_eq!(checkpoint.to_string(), good);
    let extended = Checkpoint::parse(&format!("{good}one more\n")).unwrap();
    assert_eq!(extended.extensions, ["one more"]);
    assert_eq!(extended.to_string(), format!("{good}one more\n"));
    for text in [
        String::new(),
        good.trim_end().to_owned(),
        format!("\n1\n{root}\n"),
        format!("a\n01\n{root}\n"),
        format!("a\n+1\n{root}\n"),
        format!("a\n-1\n{root}\n"),
        format!("a\n\n{root}\n"),
        format!("a\n18446744073709551616\n{root}\n"),
        format!("a\n1\n{}\n", &root[..40]),
        format!("a\n1\n{} \n", root),
        format!("a\n1\n{}\n", root.replace("I=", "J=")),
        format!("a\n1\n{root}\n\n"),
        "a\n1\n".to_owned(),
    ] {
        assert_eq!(Checkpoint::parse(&text), None, "{text}");
    }
}

#[test]
fn another_log_s_checkpoint_is_refused_though_a_trusted_key_signed_it() {
    let mut world = World::with(3, 1);
    let other = VerifyingKey::parse(VKEY).unwrap();
    let note = world.publish();
    let error = Checkpoint::open(note.as_bytes(), &other).unwrap_err();
    assert_eq!(error, CheckpointError::Note(NoteError::NotSigned));
    // The same bytes, the same key, another name: key ids differ.
    let renamed = SigningKey::from_seed("store.example/other", &[9; 32]).unwrap();
    let note = note.replace("— store.example/log", "— store.example/other");
    let error = Checkpoint::open(note.as_bytes(), renamed.public()).unwrap_err();
    assert_eq!(error, CheckpointError::Note(NoteError::NotSigned));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes: Vec<u8>, text in "(\\PC|\n|—|\\+| ){0,200}") {
        let key = VerifyingKey::parse(VKEY).unwrap();
        let _ = Leaf::decode(&bytes);
        let notes = [bytes, text.clone().into_bytes(), format!("{text}\n\n— a {text}\n").into_bytes()];
        for note in notes {
            // No such text is signed.
            prop_assert!(Checkpoint::open(&note, &key).is_err());
        }
        prop_assert!(VerifyingKey::parse(&text).is_err());
        prop_assert!(SigningKey::parse(&text).is_err());
        prop_assert!(Proof::parse(&text).is_err());
    }

    #[test]
    fn any_byte_of_a_checkpoint_counts(at: prop::sample::Index, bit in 0_u8..8) {
        let world = World::with(3, 1);
        let mut note = world.files["checkpoint"].clone();
        let at = at.index(note.len());
        note[at] ^= 1 << bit;
        prop_assert!(Checkpoint::open(&note, world.key.public()).is_err());
    }
}
