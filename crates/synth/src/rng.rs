//! A small deterministic generator (the SplitMix64 step): the crate's only source of choice.
//!
//! It is seeded by numbers and labels alone, so that a seed names the same music for ever.

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// A stream for a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// An independent stream for a part of the work, so that a change in one part of the
    /// composition (one more hat, say) leaves every other part as it was.
    pub(crate) fn fork(seed: u64, label: &str) -> Self {
        Self(derive(seed, label))
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scramble(self.0)
    }

    /// A number below `n`; `n` must be above zero.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        // The high bits of a product spread evenly enough for the small ranges used here.
        usize::try_from((u128::from(self.next()) * n as u128) >> 64).unwrap_or(0)
    }

    /// A number in `0.0..1.0`.
    #[allow(clippy::cast_precision_loss, reason = "24 bits fit a float exactly")]
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 16_777_216.0
    }

    /// A number in `-1.0..1.0`: one sample of white noise.
    pub(crate) fn bipolar(&mut self) -> f32 {
        self.unit() * 2.0 - 1.0
    }

    /// True in about `share` of the calls.
    pub(crate) fn chance(&mut self, share: f32) -> bool {
        self.unit() < share
    }

    /// One of the items; the slice must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// A seed for the part of the work that `label` names.
pub(crate) fn derive(seed: u64, label: &str) -> u64 {
    label.bytes().fold(scramble(seed ^ 0x5EED), |state, byte| {
        scramble(state ^ u64::from(byte)).wrapping_add(0x9E37_79B9_7F4A_7C15)
    })
}

fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
