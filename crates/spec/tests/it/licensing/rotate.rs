//! Changing the signing key: what was sold before stays good, and what is sold after needs the
//! keys as published since.

use std::sync::Arc;

use app::{Keys, Signer, Timestamp};
use domain::{AssetKind, Tier};
use licence_key::{IssuerKey, Jwks, Standing, StatusToken, TokenError};
use spec::on_both_engines;
use spec::world::{ADDRESS, World};

on_both_engines! {
    async fn a_licence_sold_before_a_change_of_keys_verifies_after_it(world: World) {
        let before = sold(&world).await;
        let pinned = world.jwks().clone();
        let published = changes_keys(&world, world.now());
        let after = sold(&world).await;
        for keys in [&pinned, &published] {
            assert!(licence_key::verify(&before, keys).is_ok());
        }
        let new = licence_key::verify(&after, &published).unwrap();
        assert_eq!(new.kid(), next().kid());
        assert_eq!(
            licence_key::verify(&after, &pinned),
            Err(TokenError::UnknownKey { kid: next().kid().to_owned() })
        );
        let judged = licence_key::judge(&after, &pinned, None, 0);
        assert_eq!(judged.standing, Standing::UnknownIssuer);
    }

    async fn a_key_to_come_is_published_before_it_signs(world: World) {
        let at = world.now().plus_ms(60_000);
        let published = changes_keys(&world, at);
        assert!(published.find(next().kid()).is_some());
        let before = sold(&world).await;
        assert!(licence_key::verify(&before, world.jwks()).is_ok());
        world.minutes_pass(1);
        let after = sold(&world).await;
        assert_eq!(licence_key::verify(&after, &published).unwrap().kid(), next().kid());
    }

    async fn the_status_list_is_signed_by_the_key_that_signs_now(world: World) {
        let old = world.publishes_statuses().await.unwrap();
        assert!(StatusToken::verify(&old, world.jwks()).is_ok());
        let published = changes_keys(&world, world.now());
        let new = world.publishes_statuses().await.unwrap();
        assert!(StatusToken::verify(&new, &published).is_ok());
        assert!(StatusToken::verify(&new, world.jwks()).is_err());
    }

    async fn the_same_list_is_handed_out_until_something_has_changed_or_time_has_passed(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let first = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let list = world.publishes_statuses().await.unwrap();
        world.minutes_pass(1);
        assert_eq!(world.publishes_statuses().await.unwrap(), list);
        world.suspends(&first).await;
        let suspended = world.publishes_statuses().await.unwrap();
        assert_ne!(suspended, list);
        let another = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!(world.judges(&another.token).await.standing, Standing::Valid);
        assert_eq!(world.judges(&first.token).await.standing, Standing::Suspended);
        let kept = world.publishes_statuses().await.unwrap();
        world.minutes_pass(3);
        assert_ne!(world.publishes_statuses().await.unwrap(), kept);
    }
}

fn next() -> IssuerKey {
    IssuerKey::from_seed(&[17; 32])
}

/// The store gets another key, which signs from `from` on. Answers what it publishes then.
fn changes_keys(world: &World, from: Timestamp) -> Jwks {
    let old = IssuerKey::from_seed(&[7; 32]);
    let keys = vec![old.public().clone(), next().public().clone()];
    let signer = |from, key| Signer {
        from,
        key: Arc::new(key),
    };
    world.app().issuer.replace(Keys {
        signers: vec![signer(Timestamp(i64::MIN), old), signer(from, next())],
        jwks: Jwks::new(ADDRESS, keys),
    });
    world.app().issuer.jwks()
}

async fn sold(world: &World) -> String {
    let track = world.track("Night Market").await;
    let mia = world.buyer("Mia");
    mia.buys(&track, AssetKind::FullMix, Tier::Creator)
        .await
        .token
}
