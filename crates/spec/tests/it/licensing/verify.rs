//! Verifying: a code answers online, a token proves itself offline, a status list says what
//! has happened since.

use app::licensing::{Licence, Standing as Stands};
use data_encoding::HEXLOWER;
use domain::{AssetKind, Tier};
use licence_key::{IssuerKey, Jwks, Standing};
use serde_json::Value;
use sha2::{Digest, Sha256};
use spec::on_both_engines;
use spec::world::{ADDRESS, World};

on_both_engines! {
    async fn a_token_verifies_offline_with_the_pinned_keys(world: World) {
        let licence = sold(&world).await;
        let claims = licence_key::verify(&licence.token, world.jwks())
            .unwrap()
            .claims().unwrap();
        assert_eq!(claims.iss, ADDRESS);
        assert_eq!(
            (claims.code, claims.jti),
            (licence.code, licence.id.to_string())
        );
        assert_eq!((claims.iat, claims.exp), (world.now().0 / 1_000, None));
        assert_eq!(claims.terms, "2026-01");
        assert_eq!(
            claims.status.unwrap().status_list.uri,
            format!("{ADDRESS}/v1/status-lists/1")
        );
        assert_eq!(claims.assets[0].kind, "full_mix");
    }

    async fn a_token_names_nobody(world: World) {
        let licence = sold(&world).await;
        let claims = licence_key::verify(&licence.token, world.jwks())
            .unwrap()
            .claims().unwrap();
        let text = serde_json::to_string(&claims).unwrap();
        assert!(
            !text.contains("Mia") && !text.contains("mia@example.com"),
            "{text}"
        );
        let other = licence_key::verify(&sold(&world).await.token, world.jwks())
            .unwrap()
            .claims().unwrap();
        assert_ne!(
            claims.sub, other.sub,
            "two licences of one person can't be linked"
        );
    }

    async fn the_envelopes_hash_is_that_of_its_canonical_json(world: World) {
        let licence = sold(&world).await;
        let claims = licence_key::verify(&licence.token, world.jwks())
            .unwrap()
            .claims().unwrap();
        let hash = HEXLOWER.encode(&Sha256::digest(canonical(&claims.envelope)));
        assert_eq!(claims.envelope_sha256, hash);
        assert_eq!(licence.envelope_sha256, hash);
        assert_eq!(
            serde_json::to_value(&licence.envelope).unwrap(),
            claims.envelope
        );
    }

    async fn a_token_that_was_touched_or_is_another_issuers_does_not_verify(world: World) {
        let licence = sold(&world).await;
        let touched = licence.token.replacen('e', "f", 1);
        assert!(licence_key::verify(&touched, world.jwks()).is_err());
        let cut = &licence.token[..licence.token.len() - 1];
        assert!(licence_key::verify(cut, world.jwks()).is_err());
        let stranger = IssuerKey::from_seed(&[8; 32]);
        let strangers = Jwks::new(ADDRESS, vec![stranger.public().clone()]);
        assert!(licence_key::verify(&licence.token, &strangers).is_err());
    }

    async fn a_code_is_understood_as_people_type_it(world: World) {
        let licence = sold(&world).await;
        let code = licence.code.to_string();
        let swapped = code.replace('0', "O").replace('1', "l");
        for typed in [
            code.clone(),
            code.to_lowercase(),
            code.replace('-', ""),
            code.replace('-', " "),
            format!("  {code}\n"),
            swapped,
        ] {
            assert_eq!(
                world.verifies(&typed).await.unwrap().id,
                licence.id,
                "{typed}"
            );
        }
    }

    async fn a_mistyped_code_is_told_from_an_unknown_one(world: World) {
        let plain = sold(&world).await.code.plain();
        let mut symbols: Vec<char> = plain.chars().collect();
        symbols[3] = if symbols[3] == 'A' { 'B' } else { 'A' };
        let mistyped: String = symbols.into_iter().collect();
        let refused = world.verifies(&mistyped).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            ("bad_code", Some("code"))
        );
        assert!(
            refused.sentence.contains("mistyped"),
            "{}",
            refused.sentence
        );
        for nothing in [
            "",
            "hello",
            "7K3M9",
            "'; drop table licences; --",
            "💿💿💿💿💿",
        ] {
            assert_eq!(
                world.verifies(nothing).await.unwrap_err().code,
                "bad_code",
                "{nothing}"
            );
        }
        let unknown = licence_key::Code::from_random(|| [77; 9]).to_string();
        assert_eq!(
            world.verifies(&unknown).await.unwrap_err().code,
            "unknown_licence"
        );
    }

    async fn verifying_by_code_tells_nothing_of_who_holds_the_licence(world: World) {
        let licence = sold(&world).await;
        let public = world.verifies(&licence.code.to_string()).await.unwrap();
        assert_eq!((public.licensee.as_str(), public.email), ("", None));
        assert!(public.grant.is_empty() && public.files.is_empty() && public.lines.is_empty());
        assert_eq!(
            (public.title.as_str(), public.standing),
            ("Night Market", Stands::Valid)
        );
    }

    async fn the_status_list_says_what_has_happened_to_each_licence_since(world: World) {
        let licences = [sold(&world).await, sold(&world).await, sold(&world).await];
        world.suspends(&licences[1]).await;
        world.revokes(&licences[2]).await;
        let wanted = [Standing::Valid, Standing::Suspended, Standing::Revoked];
        for (licence, standing) in licences.iter().zip(wanted) {
            assert_eq!(world.judges(&licence.token).await.standing, standing);
            let online = world.verifies(&licence.code.to_string()).await.unwrap();
            assert_eq!(online.standing.word(), standing.word());
        }
    }

    async fn a_status_list_is_published_before_anything_is_sold(world: World) {
        assert!(world.publishes_statuses().await.is_ok());
    }

    async fn without_a_signing_key_no_list_is_signed(world: World) {
        let keyless = world.reopened_without_a_signing_key().await;
        assert_eq!(
            keyless.publishes_statuses().await.unwrap_err().code,
            "no_signing_key"
        );
    }

    async fn without_a_signing_key_the_last_list_is_handed_out_until_it_ends(world: World) {
        let licence = sold(&world).await;
        world.revokes(&licence).await;
        let last = world.publishes_statuses().await.unwrap();
        let keyless = world.reopened_without_a_signing_key().await;
        assert_eq!(keyless.publishes_statuses().await.unwrap(), last);
        keyless.days_pass(2);
        assert_eq!(
            keyless.publishes_statuses().await.unwrap_err().code,
            "no_signing_key"
        );
    }

    async fn without_a_signing_key_no_list_is_handed_out_that_is_true_no_more(world: World) {
        let licence = sold(&world).await;
        world.publishes_statuses().await.unwrap();
        let keyless = world.reopened_without_a_signing_key().await;
        assert!(keyless.publishes_statuses().await.is_ok());
        keyless.suspends(&licence).await;
        assert_eq!(
            keyless.publishes_statuses().await.unwrap_err().code,
            "no_signing_key"
        );
    }
}

async fn sold(world: &World) -> Licence {
    let track = match world.shown("night-market").await {
        Ok(track) => spec::world::Track {
            id: track.id,
            title: track.title,
        },
        Err(_) => world.track("Night Market").await,
    };
    world
        .buyer("Mia")
        .buys(&track, AssetKind::FullMix, Tier::Creator)
        .await
}

/// RFC 8785 for what an envelope holds (ASCII names, whole numbers, plain text), written anew so
/// that the store's own canonical form has something to be held against.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.keys().collect();
            names.sort();
            let field = |name: &&String| format!("\"{name}\":{}", canonical(&fields[*name]));
            format!(
                "{{{}}}",
                names.iter().map(field).collect::<Vec<_>>().join(",")
            )
        }
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(canonical).collect::<Vec<_>>().join(",")
            )
        }
        plain => plain.to_string(),
    }
}
