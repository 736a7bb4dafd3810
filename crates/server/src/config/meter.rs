//! How long the meter keeps what was reported.

use app::metering::engine::drop::KEEP_DAYS_MIN;

use super::{ConfigError, Meant};

impl Meant {
    /// After how many days raw reports are dropped; nothing where they are kept for ever.
    pub(super) fn kept_days(&self, name: &'static str) -> Result<Option<u32>, ConfigError> {
        let value = self.value(name);
        if value.is_empty() {
            return Ok(None);
        }
        let days = value.parse().ok();
        let days = days.filter(|days| (KEEP_DAYS_MIN..=36_500).contains(days));
        let wanted = "it must be a whole number from 36 to 36500, or empty for ever";
        days.map(Some).ok_or_else(|| self.wrong(name, wanted))
    }
}
