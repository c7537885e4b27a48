//! Random numbers that are the same everywhere: `ChaCha` with 8 rounds (Bernstein 2008).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// The purpose of random numbers. Each purpose has its own stream of a seed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Points,
    Noise,
    Weights,
}

/// A stream of random numbers.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The stream of a seed for one purpose.
    pub fn new(seed: u64, purpose: Purpose) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(match purpose {
            Purpose::Points => 0,
            Purpose::Noise => 1,
            Purpose::Weights => 2,
        });
        Self(generator)
    }

    /// A multiple of 2^-53 in [0, 1).
    pub fn unit(&mut self) -> f64 {
        let bits = self.0.next_u64() >> 11;
        bits as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A number in [-size, size).
    pub fn symmetric(&mut self, size: f64) -> f64 {
        (2.0 * self.unit() - 1.0) * size
    }

    /// A normal deviate of mean 0 and standard deviation 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        // Not 0, so that the logarithm is finite.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_and_repeat() {
        let draw = |seed, purpose| {
            let mut random = Random::new(seed, purpose);
            [random.unit(), random.unit(), random.normal()]
        };
        let first = draw(1, Purpose::Points);
        assert!(
            first
                .iter()
                .zip(draw(1, Purpose::Points))
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
        assert!((first[0] - draw(2, Purpose::Points)[0]).abs() > 1e-9);
        assert!((first[0] - draw(1, Purpose::Weights)[0]).abs() > 1e-9);
    }

    #[test]
    fn deviates_have_the_moments_they_should() {
        let mut random = Random::new(7, Purpose::Noise);
        let drawn: Vec<f64> = (0..10_000).map(|_| random.normal()).collect();
        let mean = drawn.iter().sum::<f64>() / 1e4;
        let square = drawn.iter().map(|x| x * x).sum::<f64>() / 1e4;
        assert!(
            mean.abs() < 0.05 && (square - 1.0).abs() < 0.05,
            "{mean} {square}"
        );
    }
}
