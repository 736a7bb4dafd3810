//! The moves of a licence's standing.

use domain::standing::{Final, Move, step};
use domain::usage::LicenceState::{self, Active, Revoked, Suspended};

#[test]
fn a_licence_moves_between_valid_and_suspended_and_revoked_is_final() {
    for (state, wanted, next) in [
        (Active, Move::Suspend, Ok(Some(Suspended))),
        (Active, Move::Restore, Ok(None)),
        (Active, Move::Revoke, Ok(Some(Revoked))),
        (Suspended, Move::Suspend, Ok(None)),
        (Suspended, Move::Restore, Ok(Some(Active))),
        (Suspended, Move::Revoke, Ok(Some(Revoked))),
        (Revoked, Move::Suspend, Err(Final)),
        (Revoked, Move::Restore, Err(Final)),
        (Revoked, Move::Revoke, Ok(None)),
    ] {
        assert_eq!(step(state, wanted), next, "{state:?} {wanted}");
    }
}

#[test]
fn a_move_sent_again_changes_nothing() {
    let after = |state: LicenceState, wanted| step(state, wanted).map(|next| next.unwrap_or(state));
    for state in [Active, Suspended, Revoked] {
        for wanted in Move::ALL {
            if let Ok(once) = after(state, wanted) {
                assert_eq!(step(once, wanted), Ok(None), "{state:?} {wanted}");
            }
        }
    }
}
