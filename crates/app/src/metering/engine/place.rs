//! Ids of uses that say where they lie: a use's is made of its place in the log of blobs, so it need not
//! be stored, and a line has the id of its first use.

use domain::Timestamp;

use super::known::Id;

/// The id of a use: sorted by when it was received, then by where it lies.
pub(super) fn id(received: Timestamp, commit: u64, index: u32) -> Id {
    let mut place = [0; 10];
    let commit = commit.to_be_bytes();
    // Version and variant take the high bits of the first and third byte.
    place[1] = commit[3];
    place[2] = commit[4] >> 2;
    place[3] = commit[4];
    place[4..7].copy_from_slice(&commit[5..]);
    place[7..].copy_from_slice(&index.to_be_bytes()[1..]);
    domain::uuid7(received, place)
}

/// The place that an id was made of, where it was made of one.
pub(super) fn of(id: &Id) -> (u64, u32) {
    let [.., a, _, b, c, d, e, i, j, k] = *id;
    let commit = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
    (commit, u32::from_be_bytes([0, i, j, k]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_the_place_that_it_was_made_of() {
        for commit in [1, 63, 64, 255, 256, 0x12_3456_789a, 0xff_ffff_ffff] {
            for index in [0, 1, 0x3f, 0xab_cdef, 0xff_ffff] {
                let id = id(Timestamp(1_792_000_000_123), commit, index);
                assert_eq!(of(&id), (commit, index));
            }
        }
    }
}
