//! Keys of programs: each allows what its scopes say, and nothing else.

use app::access::{Principal, Role, Scope, api_key};
use spec::on_both_engines;

on_both_engines! {
    async fn a_key_is_known_by_its_secret_and_keeps_its_scopes(world: World) {
        let (key, secret) = world
            .program("An editor", &[Scope::ReportUses, Scope::Buy])
            .await;
        assert!(secret.starts_with("sk_live_"));
        assert_eq!(
            api_key::whose(world.app(), &secret).await.unwrap(),
            Some(key)
        );
    }

    async fn a_key_that_is_not_quite_right_is_nobodys(world: World) {
        let (_, secret) = world.program("An editor", &[Scope::ReportUses]).await;
        let longer = format!("{secret}x");
        for wrong in [
            "",
            "sk_live_",
            &secret[..secret.len() - 1],
            &longer,
            &secret["sk_live_".len()..],
        ] {
            assert_eq!(api_key::whose(world.app(), wrong).await.unwrap(), None);
        }
    }

    async fn each_scope_allows_one_thing(world: World) {
        for scope in Scope::ALL {
            let (key, _) = world.program("One thing", &[scope]).await;
            let program = Principal::Program(key);
            for other in Scope::ALL {
                assert_eq!(program.may(other), other == scope, "{scope:?} {other:?}");
            }
        }
    }

    async fn guests_may_buy_and_only_the_operator_may_do_all(world: World) {
        let may = |who: &Principal| Scope::ALL.map(|scope| who.may(scope));
        assert_eq!(may(&Principal::Guest), [true, false, false, false, false]);
        for (role, wanted) in [
            (Role::Buyer, [true, false, false, false, false]),
            (Role::Composer, [true, false, false, false, false]),
            (Role::Operator, [true, true, true, true, true]),
        ] {
            let link = world.sends_link(role, "Somebody").await;
            let (_, person) = world.uses_link(&link).await.unwrap();
            assert_eq!(may(&Principal::Person(person)), wanted, "{role:?}");
        }
    }
}
