//! What of a settled line is one payee's, as SQL: the same for reports and for the audit of them.

/// A payee's part of a line: its sheet shares by cumulative floors, so what the line moved it by is the
/// difference of two. Whole millions and the rest are multiplied apart, so that nothing overflows.
/// Lines from before sheets kept count were booked alone, and their booking says it.
///
/// Of `uses u`, `split_shares s` and the line `o` of old bookings.
pub(crate) const USE_PART: &str = "
    case when u.earned_micros = 0 then 0
         when u.shared_after_micros is null then coalesce(o.micros, 0)
         else coalesce(
              (u.shared_after_micros / 1000000) * s.share_ppm
            + (u.shared_after_micros % 1000000) * s.share_ppm / 1000000
            - ((u.shared_after_micros - u.earned_micros) / 1000000) * s.share_ppm
            - ((u.shared_after_micros - u.earned_micros) % 1000000) * s.share_ppm / 1000000, 0)
    end";
