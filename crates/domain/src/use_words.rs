//! Why a use doesn't count, in a sentence for whoever reported it.

use crate::usage::UseRefusal;

impl UseRefusal {
    /// What the refusal means, and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            UseRefusal::Field(error) => error.sentence.clone(),
            UseRefusal::NotCovered(shortfall) => shortfall.sentence(),
            UseRefusal::UnknownLicence => "No licence of this store has this code.".into(),
            UseRefusal::NoLicenceForChannel => {
                "No licence that you may report under holds for this track and listed this channel \
                 when the video was published: name the licence's code."
                    .into()
            }
            UseRefusal::LicenceNotActive { .. } => "This licence is on hold or was withdrawn.".into(),
            UseRefusal::WrongTrack { licensed } => format!("This licence is for the track {licensed}."),
            UseRefusal::TrackMissing => "Say which track was used: clip time holds for any.".into(),
            UseRefusal::UnknownTrack => "There is no such track in this store.".into(),
            UseRefusal::RightsNotAttested => {
                "The rights of this track aren't attested: clip time doesn't hold for it.".into()
            }
            UseRefusal::TrackExclusive { until } => format!(
                "Somebody holds this track exclusively until {until}: clip time doesn't hold for it."
            ),
            UseRefusal::NotEnoughTime {
                missing_ms,
                left_ms,
            } => {
                format!("{missing_ms} ms of clip time are missing: only {left_ms} ms are left.")
            }
            UseRefusal::SubscriptionNotRunning => {
                "The subscription had no paid cycle when the video was published.".into()
            }
            UseRefusal::NotInRotation => {
                "The track wasn't in rotation when the video was published: license it by itself, or \
                 with clip time."
                    .into()
            }
            UseRefusal::AllowanceUsedUp { allowance, offer } => {
                format!("All {allowance} uses of this cycle are taken: {offer} would pay for this one.")
            }
            UseRefusal::TrackCapReached { cap, offer } => {
                format!("This track's {cap} uses of this cycle are taken: {offer} would pay for it.")
            }
            UseRefusal::DamagedBundle => "The clip time's figures are damaged: tell the store.".into(),
        }
    }
}
