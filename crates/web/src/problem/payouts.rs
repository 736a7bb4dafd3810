//! Which status the refusals about payouts have.

use axum::http::StatusCode;

pub(super) const STATUSES: &[(&str, StatusCode)] = &[
    ("bad_destination", StatusCode::UNPROCESSABLE_ENTITY),
    ("bad_payout_results", StatusCode::UNPROCESSABLE_ENTITY),
    ("bad_payout_rules", StatusCode::UNPROCESSABLE_ENTITY),
    ("bad_payout_terms", StatusCode::UNPROCESSABLE_ENTITY),
    ("debtor_required", StatusCode::CONFLICT),
    ("fresh_sign_in_required", StatusCode::FORBIDDEN),
    ("limits_not_set", StatusCode::CONFLICT),
    ("link_just_sent", StatusCode::TOO_MANY_REQUESTS),
    ("no_destination", StatusCode::CONFLICT),
    ("nothing_to_pay", StatusCode::CONFLICT),
    ("nothing_to_release", StatusCode::CONFLICT),
    ("nothing_to_send", StatusCode::CONFLICT),
    ("not_your_payouts", StatusCode::FORBIDDEN),
    ("own_payout", StatusCode::FORBIDDEN),
    ("payout_contradiction", StatusCode::CONFLICT),
    ("payout_not_sent", StatusCode::CONFLICT),
    ("payout_over", StatusCode::CONFLICT),
    ("payout_sent", StatusCode::CONFLICT),
    ("payouts_held", StatusCode::CONFLICT),
    ("payouts_overtaken", StatusCode::CONFLICT),
    ("rail_closed", StatusCode::CONFLICT),
    ("release_required", StatusCode::CONFLICT),
    ("releaser_required", StatusCode::UNPROCESSABLE_ENTITY),
    ("second_person_required", StatusCode::CONFLICT),
    ("unknown_payout", StatusCode::NOT_FOUND),
    ("unknown_payout_batch", StatusCode::NOT_FOUND),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use app::Refusal;
    use app::payouts::AccessRefusal as PayoutAccess;
    use app::payouts::balance::Why;
    use app::payouts::confirm::ConfirmRefusal;
    use app::payouts::destination::SetRefusal;
    use app::payouts::propose::ProposeRefusal;
    use app::payouts::release::MoveRefusal as PayoutMove;
    use app::payouts::results::ResultsRefusal;
    use app::payouts::rules::RulesRefusal;
    use app::payouts::send::SendRefusal;
    use app::payouts::terms::TermsRefusal;
    use domain::payout::results::FileError;
    use domain::payout::rules::RulesError;
    use domain::{PayoutBatchId, PayoutId};

    use super::*;
    use crate::problem::status_of;

    #[test]
    fn every_refusal_about_payouts_has_its_status() {
        let codes = [
            PayoutMove::Nobody.code(),
            PayoutMove::OwnPayout.code(),
            PayoutMove::Access(PayoutAccess::NotYours).code(),
            PayoutMove::Access(PayoutAccess::UnknownPayout(PayoutId::from_bytes([0; 16]))).code(),
            PayoutAccess::UnknownBatch(PayoutBatchId::from_bytes([0; 16])).code(),
            PayoutMove::Payout(domain::payout::Refusal::SamePerson).code(),
            PayoutMove::Payout(domain::payout::Refusal::NothingToRelease).code(),
            PayoutMove::Payout(domain::payout::Refusal::AlreadySent).code(),
            PayoutMove::Payout(domain::payout::Refusal::Over).code(),
            PayoutMove::Payout(domain::payout::Refusal::NotReleased).code(),
            PayoutMove::Payout(domain::payout::Refusal::NeverSent).code(),
            SetRefusal::Notify.code(),
            SetRefusal::RailClosed("x").code(),
            SetRefusal::SignInAgain.code(),
            ConfirmRefusal::JustSent.code(),
            "limits_not_set",
            SetRefusal::Overtaken.code(),
            TermsRefusal::HoldDays { least: 1 }.code(),
            RulesRefusal::Rules(RulesError::HoldDays).code(),
            ProposeRefusal::Why(Why::NoDestination).code(),
            ProposeRefusal::Why(Why::NotToday).code(),
            ProposeRefusal::Why(Why::Held(domain::Timestamp(0))).code(),
            SendRefusal::NoDebtor.code(),
            SendRefusal::Nothing {
                rail: "x",
                currency: ledger::Currency::USD,
                first: None,
            }
            .code(),
            ResultsRefusal::File(FileError::Columns).code(),
        ];
        for code in codes {
            assert_ne!(status_of(code), StatusCode::BAD_REQUEST, "{code}");
        }
    }

    #[test]
    fn a_code_has_one_status() {
        let known: BTreeSet<_> = STATUSES.iter().map(|(code, _)| *code).collect();
        assert_eq!(known.len(), STATUSES.len());
        let others: Vec<_> = crate::problem::STATUSES
            .iter()
            .map(|(code, _)| *code)
            .collect();
        assert!(others.iter().all(|code| !known.contains(code)));
    }
}
