//! Oscillators. Phases count cycles, from 0 to 1.

/// A wave shape.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wave {
    Sine,
    Triangle,
    Saw,
    /// A pulse that is low for this share of its cycle.
    Pulse(f32),
    /// The sixteen-step triangle of early game consoles.
    Steps,
}

impl Wave {
    /// The wave at a phase; `step` is the phase's advance a sample, needed to round off jumps.
    #[inline]
    pub(crate) fn at(self, phase: f32, step: f32) -> f32 {
        match self {
            Self::Sine => sine(phase),
            Self::Triangle => triangle(phase),
            Self::Saw => saw(phase, step),
            Self::Pulse(width) => {
                let second = wrap(phase + 1.0 - width);
                saw(phase, step) - saw(second, step)
            }
            Self::Steps => (triangle(phase) * 7.5).round() / 7.5,
        }
    }
}

/// The phase less its whole cycles, for phases from 0 up to 2.
#[inline]
pub(crate) fn wrap(phase: f32) -> f32 {
    if phase >= 1.0 { phase - 1.0 } else { phase }
}

#[inline]
fn triangle(phase: f32) -> f32 {
    1.0 - 4.0 * (wrap(phase + 0.25) - 0.5).abs()
}

/// A saw whose jump is smoothed over two samples by a parabola (the polyBLEP of Välimäki and
/// Huovilainen, 2007), which takes most of the aliasing away.
#[inline]
fn saw(phase: f32, step: f32) -> f32 {
    let naive = 2.0 * phase - 1.0;
    if phase < step {
        let x = phase / step;
        naive - (x + x - x * x - 1.0)
    } else if phase > 1.0 - step {
        let x = (phase - 1.0) / step;
        naive - (x * x + x + x + 1.0)
    } else {
        naive
    }
}

/// A sine of a phase of any size by an odd polynomial, within 0.0002 of the true one and much
/// cheaper.
#[inline]
pub(crate) fn sine(phase: f32) -> f32 {
    let x = phase - phase.round();
    // Folded into a quarter wave, where five terms of the series suffice.
    let folded = if x > 0.25 {
        0.5 - x
    } else if x < -0.25 {
        -0.5 - x
    } else {
        x
    };
    let a = folded * std::f32::consts::TAU;
    let s = a * a;
    a * (1.0 - s * (1.0 / 6.0 - s * (1.0 / 120.0 - s * (1.0 / 5040.0))))
}

/// A rounded limit at one, for drive.
#[inline]
pub(crate) fn soft(x: f32) -> f32 {
    let x = x.clamp(-3.0, 3.0);
    x * (27.0 + x * x) / (27.0 + 9.0 * x * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheap_sine_is_a_sine() {
        for n in -3000_i16..3000 {
            let phase = f32::from(n) / 1000.0;
            let truth = (phase * std::f32::consts::TAU).sin();
            assert!((sine(phase) - truth).abs() < 3e-4, "at {phase}");
        }
    }

    #[test]
    fn waves_have_no_direct_current() {
        for wave in [
            Wave::Sine,
            Wave::Triangle,
            Wave::Saw,
            Wave::Pulse(0.25),
            Wave::Steps,
        ] {
            let sum: f32 = (0..1000_u16)
                .map(|n| wave.at(f32::from(n) / 1000.0, 0.001))
                .sum();
            assert!(sum.abs() < 5.0, "{wave:?}: {sum}");
        }
    }
}
